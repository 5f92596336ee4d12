//! What people and programs get to see of a run: pure consumers of events.
//!
//! An `Audience` is the only consumer: it masks secrets once, and every renderer is given only what was masked.

mod ad_hoc;
mod audience;
mod changes;
mod closing;
mod complaint;
pub mod diff;
mod diff_log;
mod epilogue;
mod fact_sheet;
mod failure_log;
#[cfg(test)]
mod golden;
mod json_lines;
mod label;
mod mask;
mod one_line;
mod output_lines;
mod printable;
mod progress;
#[cfg(test)]
mod recording;
mod screen;
mod style;
mod task_log;
mod terminal;
mod timestamp;
mod values;
mod waiting;

pub use ad_hoc::AdHoc;
pub use audience::{Audience, Render};
pub use changes::Changes;
pub use closing::Closing;
pub use fact_sheet::FactSheet;
pub use json_lines::JsonLines;
pub use label::Label;
pub use mask::{Masked, Redactor};
pub use one_line::OneLine;
pub use progress::Progress;
pub use screen::Screen;
pub use style::Style;
pub use terminal::Terminal;
