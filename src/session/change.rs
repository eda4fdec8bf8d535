//! Other choices for a run that is over → the run as it stands with them, where nothing has to be read again.

use super::{Engine, analysis, choice};
use crate::base::zone::Zone;
use crate::error::{Error, ParamsError};
use crate::protocol::Options;

/// Refuses choices that are out of range.
pub(super) fn check(options: &Options) -> Result<(), Error> {
    Zone::parse(&options.timezone)?;
    analysis::check(options)?;
    check_budget(options)?;
    Ok(choice::check(options)?)
}

impl Engine {
    /// Takes other choices, leaves out texts by their number in the report, or brings back those that were left out last;
    /// [`Engine::analyze`] follows. `false`: nothing was changed, because these choices need the files to be read again.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn change(
        &mut self,
        options: Options,
        without: &[u32],
        is_undo: bool,
    ) -> Result<bool, Error> {
        check(&options)?;
        let read = |options: &Options| {
            (
                options.pattern.clone(),
                options.plain,
                options.is_latin1,
                options.session.clone(),
                options.day_month.clone(),
                options.output_budget_gib,
            )
        };
        if self.is_spent || read(&options) != read(&self.options) {
            return Ok(false);
        }
        let mut undo = self.undo.clone();
        if is_undo {
            undo.pop();
        }
        let keys = without
            .iter()
            .filter_map(|&place| self.order.get(place as usize).copied());
        let keys: Vec<u32> = keys.collect();
        if !keys.is_empty() {
            undo.push(keys);
        }
        let is_hidden = |key: u32| undo.iter().flatten().any(|&hidden| hidden == key);
        if !self.is_read_alike(is_hidden) {
            return Ok(false);
        }
        for (key, file) in (0..).zip(&mut self.files) {
            file.is_hidden = is_hidden(key);
        }
        self.undo = undo;
        self.options = options;
        Ok(true)
    }
}

/// Refuses a budget of unpacked text that is out of range.
fn check_budget(options: &Options) -> Result<(), ParamsError> {
    if (1..=65_536).contains(&options.output_budget_gib) {
        return Ok(());
    }
    Err(ParamsError {
        option: "outputBudgetGib",
        expected: "a number from 1 to 65536",
        actual: options.output_budget_gib.to_string(),
    })
}
