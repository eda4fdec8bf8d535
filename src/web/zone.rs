//! Name of a time zone → its history, as the browser's zone database has it.
//!
//! `Intl` writes the offset of an instant as text (`GMT+05:30`); that is all there is to ask it.

use std::cell::RefCell;

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::base::zone::History;

thread_local! {
    /// The zone that was asked for last: every file and every change of a choice asks for the same.
    static LAST: RefCell<Option<(String, Option<History>)>> = const { RefCell::new(None) };
}

/// What the browser knows of a zone; `None` when it knows none of that name.
pub(super) fn history(name: &str) -> Option<History> {
    LAST.with_borrow_mut(|last| {
        if let Some((_, known)) = last.as_ref().filter(|last| last.0 == name) {
            return known.clone();
        }
        let known = ask(name).ok();
        *last = Some((name.to_owned(), known.clone()));
        known
    })
}

fn ask(name: &str) -> Result<History, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"timeZone".into(), &name.into())?;
    Reflect::set(&options, &"timeZoneName".into(), &"longOffset".into())?;
    let intl = Reflect::get(&js_sys::global(), &"Intl".into())?;
    let class: Function = Reflect::get(&intl, &"DateTimeFormat".into())?.dyn_into()?;
    let written = Reflect::construct(&class, &Array::of2(&"en-US".into(), &options))?;
    let method = |name: &str| -> Result<Function, JsValue> {
        Reflect::get(&written, &name.into())?.dyn_into::<Function>()
    };
    let resolved = method("resolvedOptions")?.call0(&written)?;
    let spelled = Reflect::get(&resolved, &"timeZone".into())?.as_string();
    let format = method("format")?;
    let mut failure = None;
    let history = History::asked(spelled.unwrap_or_else(|| name.to_owned()), |second| {
        let millis = JsValue::from_f64(second as f64 * 1000.0);
        match format.call1(&JsValue::UNDEFINED, &millis) {
            Ok(text) => offset(&text.as_string().unwrap_or_default()),
            Err(error) => {
                failure = Some(error);
                0
            }
        }
    });
    failure.map_or(Ok(history), Err)
}

/// Seconds east of UTC at the end of `1/1/1970, GMT-00:44:30`; none are written for UTC.
fn offset(text: &str) -> i32 {
    let Some((_, written)) = text.rsplit_once("GMT") else {
        return 0;
    };
    let sign = if written.starts_with('+') { 1 } else { -1 };
    let parts = written.split(|c: char| !c.is_ascii_digit());
    let numbers = parts.filter_map(|part| part.parse::<i32>().ok());
    sign * numbers
        .zip([3600, 60, 1])
        .map(|(n, unit)| n * unit)
        .sum::<i32>()
}
