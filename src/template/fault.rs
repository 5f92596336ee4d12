use super::TemplateError;
use crate::source::Fault;

impl From<TemplateError> for Fault {
    fn from(error: TemplateError) -> Self {
        let mut fault = Self::new(error.message);
        if let Some(place) = &error.place {
            fault = fault.at(place);
        }
        match error.help {
            Some(help) => fault.help(help),
            None => fault,
        }
    }
}
