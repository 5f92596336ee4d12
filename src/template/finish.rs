use minijinja::value::{Value, ValueKind};

use super::{TemplateError, failure, growing::is_growing, is_lazy, is_omit};

/// A value as it leaves a template: lists instead of tuples and iterators, without entries that are omitted.
pub(super) fn finished(value: Value) -> Result<Value, TemplateError> {
    if is_plain(&value) {
        return Ok(value);
    }
    let rebuilt = plain(&value);
    match broken(&rebuilt) {
        Some(error) => Err(error),
        None => Ok(rebuilt),
    }
}

/// The error that lies in a value instead of an entry.
fn broken(value: &Value) -> Option<TemplateError> {
    match value.kind() {
        ValueKind::Invalid => failure::carried(value),
        ValueKind::Seq | ValueKind::Iterable => items(value).find_map(|item| broken(&item)),
        ValueKind::Map => {
            items(value).find_map(|key| broken(&value.get_item(&key).unwrap_or_default()))
        }
        _ => None,
    }
}

/// Whether the value, or one inside it, does not exist.
pub(super) fn silent(value: &Value) -> bool {
    match value.kind() {
        ValueKind::Undefined => true,
        ValueKind::Seq | ValueKind::Iterable => items(value).any(|item| silent(&item)),
        ValueKind::Map => items(value).any(|key| silent(&value.get_item(&key).unwrap_or_default())),
        _ => false,
    }
}

fn items(value: &Value) -> impl Iterator<Item = Value> {
    value.try_iter().into_iter().flatten()
}

fn is_plain(value: &Value) -> bool {
    match value.kind() {
        ValueKind::Iterable => false,
        ValueKind::Seq => {
            value.downcast_object_ref::<Vec<Value>>().is_some()
                && items(value).all(|item| !is_omit(&item) && is_plain(&item))
        }
        ValueKind::Map if is_growing(value) || is_lazy(value) => false,
        ValueKind::Invalid => false,
        ValueKind::Map => items(value).all(|key| {
            value
                .get_item(&key)
                .is_ok_and(|item| !is_omit(&item) && is_plain(&item))
        }),
        _ => true,
    }
}

/// The same value, rebuilt.
pub(super) fn plain(value: &Value) -> Value {
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => items(value)
            .filter(|item| !is_omit(item))
            .map(|item| plain(&item))
            .collect(),
        ValueKind::Map => Value::from_pairs(items(value).filter_map(|key| {
            let item = value.get_item(&key).ok()?;
            (!is_omit(&item)).then(|| (key, plain(&item)))
        })),
        _ => value.clone(),
    }
}
