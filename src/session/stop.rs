//! Reading that is ended by hand → the run as if its files ended where reading had come to.

use super::Engine;
use super::input::Source;

impl Engine {
    /// Reads no further. Blocks that were handed out are still to be merged, and [`Engine::next_task`] goes on until what was
    /// read of a packed file is cut; then the run is worked out as any other. A block that is handed back without its bytes ends
    /// its file, as always, so that the caller need not do those it has not begun.
    pub fn stop_reading(&mut self) {
        if self.is_stopped {
            return;
        }
        self.is_stopped = true;
        let current = self.queue.get(self.n_begun).copied();
        let is_begun = current.is_some_and(|input| self.is_begun(input));
        let unmerged = self.files[self.merging.min(self.files.len())..].iter();
        let mut is_done = vec![false; self.inputs.len()];
        for &input in &self.queue[..self.n_begun] {
            is_done[input as usize] = true;
        }
        for file in unmerged.filter(|file| !file.is_merged()) {
            is_done[file.input as usize] = false;
        }
        for (input, is_done) in self.inputs.iter_mut().zip(is_done) {
            input.is_stopped = !is_done;
        }
        self.queue.truncate(self.n_begun + usize::from(is_begun));
        let Some(current) = current.filter(|_| is_begun) else {
            return;
        };
        match &mut self.inputs[current as usize].source {
            Source::Split { .. } => {
                if let Some(file) = self.files.last_mut() {
                    file.n_blocks = file.n_blocks.map(|n| n.min(file.n_handed));
                }
            }
            Source::Stream(stream) => stream.stop(),
            Source::Labels(labels) => labels.stop(),
        }
    }

    /// Whether anything of a file was read or handed out.
    fn is_begun(&self, input: u32) -> bool {
        match &self.inputs[input as usize].source {
            Source::Split { .. } => self.files.last().is_some_and(|file| file.input == input),
            Source::Stream(stream) => stream.n_read() > 0,
            Source::Labels(labels) => labels.n_read() > 0,
        }
    }
}
