//! Lists and dictionaries that a template makes and then changes: `{% set _ = found.append(x) %}`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::{
    Error, ErrorKind, State,
    value::{Enumerator, Object, ObjectRepr, Rest, Tuple, Value, ValueKind},
};

use super::{
    call::{entries, items},
    failure, filter,
};

/// `__growing(value)`: a list or dictionary that can be changed, with those inside it.
pub(super) fn growing(_state: &mut State, args: Rest<Value>) -> Result<Value, Error> {
    grown(args.first().cloned().unwrap_or_default())
}

fn grown(value: Value) -> Result<Value, Error> {
    if is_growing(&value) || value.is_tuple() {
        return Ok(value);
    }
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => {
            let inner = items(&value)?.into_iter().map(grown);
            let inner = inner.collect::<Result<_, Error>>()?;
            Ok(Value::from_object(GrowingList(Mutex::new(inner))))
        }
        ValueKind::Map => {
            let inner = entries(&value)?.into_iter();
            let inner = inner.map(|(key, item)| Ok((key, grown(item)?)));
            let inner = inner.collect::<Result<_, Error>>()?;
            Ok(Value::from_object(GrowingMap(Mutex::new(inner))))
        }
        _ => Ok(value),
    }
}

/// Whether a value may still change, so that whoever keeps it must copy it.
pub(super) fn is_growing(value: &Value) -> bool {
    value.downcast_object_ref::<GrowingList>().is_some()
        || value.downcast_object_ref::<GrowingMap>().is_some()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn argument(args: &[Value], at: usize) -> Result<Value, Error> {
    args.get(at)
        .cloned()
        .ok_or_else(|| failure::plain("an argument is missing"))
}

#[derive(Debug)]
struct GrowingList(Mutex<Vec<Value>>);

impl Object for GrowingList {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        locked(&self.0).get(key.as_usize()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(locked(&self.0).len())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let none = Value::from(());
        match method {
            "append" => {
                let item = grown(argument(args, 0)?)?;
                locked(&self.0).push(item);
            }
            "extend" => {
                let more = items(&argument(args, 0)?)?;
                locked(&self.0).extend(more);
            }
            "insert" => {
                let at = argument(args, 0)?.as_usize().unwrap_or(0);
                let mut list = locked(&self.0);
                let at = at.min(list.len());
                list.insert(at, grown(argument(args, 1)?)?);
            }
            "pop" => {
                let mut list = locked(&self.0);
                let at = match args.first().and_then(Value::as_i64) {
                    Some(at) if at >= 0 => usize::try_from(at).unwrap_or(usize::MAX),
                    at => list.len().wrapping_add_signed(at.unwrap_or(-1) as isize),
                };
                if at >= list.len() {
                    return Err(failure::plain("there is nothing to pop"));
                }
                return Ok(list.remove(at));
            }
            "remove" => {
                let gone = argument(args, 0)?;
                let mut list = locked(&self.0);
                match list.iter().position(|item| *item == gone) {
                    Some(at) => _ = list.remove(at),
                    None => return Err(failure::plain("the item is not in the list")),
                }
            }
            "clear" => locked(&self.0).clear(),
            "reverse" => locked(&self.0).reverse(),
            "sort" => {
                let named = args.last().filter(|last| last.is_kwargs());
                let reversed = named
                    .and_then(|kwargs| kwargs.get_attr("reverse").ok())
                    .is_some_and(|reversed| reversed.is_true());
                filter::sorted(&mut locked(&self.0), reversed, |item| item)?;
            }
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        }
        Ok(none)
    }
}

/// What a dictionary can be updated with: another one, names, or pairs.
fn pairs(arg: &Value) -> Result<Vec<(Value, Value)>, Error> {
    if arg.kind() == ValueKind::Map {
        return entries(arg);
    }
    items(arg)?
        .iter()
        .map(|pair| Ok((pair.get_item_by_index(0)?, pair.get_item_by_index(1)?)))
        .collect()
}

#[derive(Debug)]
struct GrowingMap(Mutex<Vec<(Value, Value)>>);

impl GrowingMap {
    fn put(&self, key: Value, value: Value) {
        let mut map = locked(&self.0);
        match map.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => map.push((key, value)),
        }
    }

    fn take(&self, key: &Value) -> Option<Value> {
        let mut map = locked(&self.0);
        let at = map.iter().position(|(known, _)| known == key)?;
        Some(map.remove(at).1)
    }
}

impl Object for GrowingMap {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let map = locked(&self.0);
        let (_, value) = map.iter().find(|(known, _)| known == key)?;
        Some(value.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(locked(&self.0).iter().map(|(key, _)| key.clone()).collect())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "update" => {
                for arg in args {
                    for (key, value) in pairs(arg)? {
                        self.put(key, grown(value)?);
                    }
                }
                Ok(Value::from(()))
            }
            "setdefault" => {
                let key = argument(args, 0)?;
                if let Some(known) = self.get_value(&key) {
                    return Ok(known);
                }
                let value = grown(args.get(1).cloned().unwrap_or(Value::from(())))?;
                self.put(key, value.clone());
                Ok(value)
            }
            "clear" => {
                locked(&self.0).clear();
                Ok(Value::from(()))
            }
            "popitem" => match locked(&self.0).pop() {
                Some((key, item)) => Ok(Value::from(Tuple::from(vec![key, item]))),
                None => Err(failure::plain("the dictionary is empty")),
            },
            "pop" => match (self.take(&argument(args, 0)?), args.get(1)) {
                (Some(value), _) => Ok(value),
                (None, Some(default)) => Ok(default.clone()),
                (None, None) => Err(failure::plain("there is no such key to pop")),
            },
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::template::fixture::shown;

    #[test]
    fn lists_grow_within_a_template() {
        assert_eq!(
            shown(
                "{% set l = [] %}{% for n in names %}{% set _ = l.append(n) %}{% endfor %}{{ l }}"
            ),
            "['ada', 'bob', 'eve']"
        );
        assert_eq!(
            shown("{% set d = {} %}{% do d.update({'a': 1}) %}{{ d }}"),
            "{'a': 1}"
        );
    }
}
