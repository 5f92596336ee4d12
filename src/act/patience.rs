use {
    super::{Failure, Finished, Probe, Question, process},
    std::time::Duration,
};

impl Probe {
    /// Runs a read-only command. Its exit code is for the caller to judge.
    ///
    /// # Errors
    /// The command is not there, does not answer in the time that `patiently` gives, or ended with the step.
    pub fn ask(&self, question: &Question) -> Result<Finished, Failure> {
        let program = question.program();
        let Some(limit) = self.patience.get() else {
            return process::run(&program, &self.step, &self.watch, &mut |_, _| {});
        };
        let step = self.step.within(limit);
        let answer = process::run(&program, &step, &self.watch, &mut |_, _| {});
        match answer {
            // It is the question that is late, not the step.
            Err(Failure::Late(_)) if !self.step.is_late() => Err(Failure::Unanswered {
                argv: program.argv,
                limit,
            }),
            answer => answer,
        }
    }

    /// Does something that asks questions, each of which is given up after so long; `None`: when the step ends.
    pub fn patiently<T>(&self, limit: Option<Duration>, work: impl FnOnce() -> T) -> T {
        let before = self.patience.replace(limit);
        let done = work();
        self.patience.set(before);
        done
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::act::{Alone, Watch},
    };

    #[test]
    fn a_question_that_is_not_answered_is_given_up_and_the_step_goes_on() {
        let probe = Probe::new(Box::new(Alone), Watch::default());
        let question = Question::Forecast {
            argv: vec!["/bin/sh".into()],
            program: "sleep 1000".into(),
        };
        let limit = Duration::from_millis(50);
        let given_up = probe.patiently(Some(limit), || probe.ask(&question));
        assert!(matches!(given_up, Err(Failure::Unanswered { .. })));
        assert!(probe.ask(&Question::Time).unwrap().success());
    }
}
