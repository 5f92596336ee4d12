use {
    super::{Masked, Render, Terminal, printable::on_one_line, waiting::Waiting},
    crate::event::Event,
    indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle},
    std::{
        io::{self, Write},
        sync::{
            Arc, Mutex, MutexGuard, PoisonError,
            mpsc::{self, RecvTimeoutError, Sender},
        },
        thread::{self, JoinHandle},
        time::{Duration, Instant},
    },
};

/// How often the elapsed time is drawn.
const TICK: Duration = Duration::from_millis(200);

const LINE: &str = "{bar:20} {pos}/{len} hosts  {elapsed}  {wide_msg}";

/// A `Terminal` with a line at the bottom that shows how far the step under way is. Only for a real terminal; dropping
/// it leaves the terminal as it was.
pub struct Progress<W: Write + Send + 'static> {
    live: Arc<Mutex<Live<W>>>,
    /// Dropped to stop the ticking.
    ticking: Option<Sender<()>>,
    ticker: Option<JoinHandle<()>>,
}

/// What the events and the passing of time both move.
struct Live<W> {
    terminal: Terminal<W>,
    bar: ProgressBar,
    waiting: Waiting,
    /// Whether the line is on the terminal.
    drawn: bool,
}

impl<W: Write + Send + 'static> Progress<W> {
    /// Takes the terminal to write on and where to draw, usually `ProgressDrawTarget::stderr()`.
    pub fn new(terminal: Terminal<W>, target: ProgressDrawTarget) -> Self {
        let live = Arc::new(Mutex::new(Live::new(terminal, target)));
        let (ticking, stopped) = mpsc::channel();
        let ticked = Arc::clone(&live);
        let ticker = thread::spawn(move || {
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                locked(&ticked).tick(Instant::now());
            }
        });
        Self {
            live,
            ticking: Some(ticking),
            ticker: Some(ticker),
        }
    }

    /// Ends the ticking and takes the line away.
    fn stop(&mut self) {
        self.ticking = None;
        if let Some(ticker) = self.ticker.take() {
            // A ticker that panicked has nothing left to stop.
            let _ = ticker.join();
        }
        locked(&self.live).end();
    }
}

/// Nothing can be left half-done by a panic here that would matter more than going on.
fn locked<W: Write>(live: &Mutex<Live<W>>) -> MutexGuard<'_, Live<W>> {
    live.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<W: Write> Live<W> {
    fn new(terminal: Terminal<W>, target: ProgressDrawTarget) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if let Ok(style) = ProgressStyle::with_template(LINE) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self {
            terminal,
            bar,
            waiting: Waiting::new(),
            drawn: false,
        }
    }

    /// Time has passed.
    fn tick(&mut self, now: Instant) {
        self.show_due(now);
        if self.drawn {
            self.bar.set_message(self.waiting.message());
            self.bar.tick();
        }
    }

    fn take(&mut self, event: &Event, now: Instant) {
        match event {
            Event::PlayStarted {
                strategy, hosts, ..
            } => self.waiting.play(*strategy, hosts),
            Event::TaskStarted { name, hosts, .. } => {
                self.waiting.start(&on_one_line(name), hosts, now);
                self.above(|terminal| terminal.take(event));
                return self.begin();
            }
            Event::Output {
                task, host, text, ..
            } if self.terminal.style().verbosity == 0 => {
                self.waiting.hold(*task, host, text);
                return self.show_due(now);
            }
            Event::Waiting { hosts, .. } => return self.waiting.overdue(hosts),
            Event::HostFinished { host, result, .. } => {
                self.waiting.finish(host, result.elapsed);
                let (finished, total) = self.waiting.count();
                self.bar.set_position(finished);
                if finished == total {
                    self.bar.set_message(self.waiting.message());
                }
            }
            Event::Asked { .. } | Event::RunFinished(_) => self.end(),
            _ => {}
        }
        self.above(|terminal| terminal.take(event));
    }

    /// Draws the line for a step that begins.
    fn begin(&mut self) {
        self.drawn = true;
        self.bar.set_message(self.waiting.message());
        let (finished, total) = self.waiting.count();
        self.bar.set_length(total);
        self.bar.reset();
        self.bar.set_position(finished);
    }

    /// Takes the line away.
    fn end(&mut self) {
        self.drawn = false;
        self.bar.finish_and_clear();
    }

    /// Writes above the line.
    fn above(&mut self, write: impl FnOnce(&mut Terminal<W>)) {
        let terminal = &mut self.terminal;
        match self.drawn {
            true => self.bar.suspend(|| write(terminal)),
            false => write(terminal),
        }
    }

    fn show_due(&mut self, now: Instant) {
        let due = self.waiting.due(now);
        if !due.is_empty() {
            self.above(|terminal| {
                due.iter()
                    .for_each(|held| terminal.stream(held.task, &held.host, &held.text))
            });
        }
    }
}

impl<W: Write + Send + 'static> Render for Progress<W> {
    fn show(&mut self, event: &Masked) {
        locked(&self.live).take(event, Instant::now());
    }

    fn finish(&mut self) -> io::Result<()> {
        self.stop();
        locked(&self.live).terminal.finish()
    }
}

impl<W: Write + Send + 'static> Drop for Progress<W> {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use {
        super::*,
        crate::{
            event::Status,
            render::{Style, recording::*},
            wire::Stream,
        },
        indicatif::TermLike,
    };

    /// A terminal of 100 columns that writes down what is drawn on it.
    #[derive(Debug)]
    struct Drawn(Arc<Mutex<String>>);

    impl TermLike for Drawn {
        fn width(&self) -> u16 {
            100
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            self.write_str("<clear>")
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn live(target: ProgressDrawTarget, paper: &Paper) -> Live<Paper> {
        Live::new(Terminal::new(paper.clone(), Style::default()), target)
    }

    #[test]
    fn the_line_says_how_far_the_step_is_and_goes_at_the_end() {
        let drawn = Arc::new(Mutex::new(String::new()));
        let target = ProgressDrawTarget::term_like(Box::new(Drawn(Arc::clone(&drawn))));
        let (paper, now) = (Paper::default(), Instant::now());
        let mut live = live(target, &paper);
        live.take(&started(false), now);
        live.take(&task("Install", &["web1", "web2"]), now);
        live.take(&done("web1", finished(Status::Ok, "apt")), now);
        live.tick(now);
        live.bar.force_draw();
        let text = drawn.lock().unwrap().clone();
        assert!(
            text.contains("1/2 hosts  0s  Install, waiting for web2"),
            "{text:?}"
        );
        live.take(&ended(&[]), now);
        let text = drawn.lock().unwrap().clone();
        assert!(text.ends_with("<clear>"), "{text:?}");
        assert!(paper.text().contains("ok: [web1]\n"));
    }

    #[test]
    fn a_slow_step_shows_its_output_and_a_quick_one_does_not() {
        let (paper, now) = (Paper::default(), Instant::now());
        let mut live = live(ProgressDrawTarget::hidden(), &paper);
        live.take(&task("Build", &["web1"]), now);
        live.take(&output("web1", Stream::Stdout, "compiling\n"), now);
        live.tick(now + Duration::from_secs(1));
        assert!(!paper.text().contains("compiling"));
        live.tick(now + Duration::from_secs(4));
        assert!(
            paper.text().ends_with("web1 | compiling\n"),
            "{}",
            paper.text()
        );
    }

    #[test]
    fn what_is_written_is_what_a_terminal_without_progress_writes() {
        let mut events = samples();
        // Who is waited for is said by the line at the bottom.
        events.retain(|event| !matches!(event, Event::Waiting { .. }));
        let plain = shown(|paper| Terminal::new(paper, Style::default()), &events);
        let progress = |paper| {
            let terminal = Terminal::new(paper, Style::default());
            Progress::new(terminal, ProgressDrawTarget::hidden())
        };
        assert_eq!(shown(progress, &events), plain);
    }
}
