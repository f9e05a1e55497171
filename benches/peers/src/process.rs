//! Processes that this program starts: itself as a probe, valgrind and cargo, each with a time limit.

use std::fmt;
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often a process that was started is asked whether it has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(2);

/// Runs a program and gives what it printed.
pub fn run(command: &mut Command, limit: Duration) -> Result<String, Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let name = format!("{command:?}");
    let fail = |reason: String| Failure { command: name.clone(), reason };
    let mut child = command.spawn().map_err(|error| fail(error.to_string()))?;
    let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
    let status = wait(&mut child, limit).map_err(&fail)?;
    let (stdout, stderr) = (text(stdout), text(stderr));
    if status.success() { Ok(stdout) } else { Err(fail(format!("{status}\n{stderr}"))) }
}

fn wait(child: &mut Child, limit: Duration) -> Result<ExitStatus, String> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(status);
        }
        if begun.elapsed() > limit {
            // By the id of this one process, which is ours until it has been waited for.
            let ended = child.kill().and_then(|()| child.wait());
            return Err(format!("not done after {limit:?}; ended: {ended:?}"));
        }
        thread::sleep(POLL_INTERVAL);
    }
}

/// Reads on a thread, so that a process that prints much never waits for us.
fn collect(stream: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    let mut stream = stream.expect("the stream was piped");
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is what there is to show.
        let _ = stream.read_to_end(&mut bytes);
        bytes
    })
}

fn text(bytes: JoinHandle<Vec<u8>>) -> String {
    String::from_utf8_lossy(&bytes.join().expect("reading does not panic")).into_owned()
}

/// This program, asked to be a probe.
pub fn probe(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a program knows its path"));
    command.arg(PROBE).args(arguments);
    command
}

/// The first argument of a probe.
pub const PROBE: &str = "probe";

/// What a probe found: a line for each name, with its numbers.
#[derive(Debug, Default)]
pub struct Reading(Vec<(String, Vec<f64>)>);

impl Reading {
    pub fn with(mut self, name: &str, numbers: impl IntoIterator<Item = f64>) -> Self {
        self.0.push((name.to_owned(), numbers.into_iter().collect()));
        self
    }

    pub fn numbers(&self, name: &str) -> Option<&[f64]> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, numbers)| numbers.as_slice())
    }

    pub fn number(&self, name: &str) -> Option<f64> {
        self.numbers(name)?.first().copied()
    }

    pub fn parse(text: &str) -> Option<Self> {
        let line = |line: &str| {
            let (name, numbers) = line.split_once(' ')?;
            let numbers = numbers.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
            Some((name.to_owned(), numbers))
        };
        text.lines().map(line).collect::<Option<_>>().map(Self)
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, numbers)| {
            let numbers: Vec<String> = numbers.iter().map(f64::to_string).collect();
            writeln!(f, "{name} {}", numbers.join(" "))
        })
    }
}

/// A process that did not do what it was started for.
#[derive(Debug)]
pub struct Failure {
    command: String,
    reason: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.command, self.reason)
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::{Reading, run};

    #[test]
    fn a_reading_is_what_was_printed() {
        let reading = Reading::default().with("samples", [1.5, 2.0]).with("made", [1e9]);
        let read = Reading::parse(&reading.to_string()).unwrap();
        assert_eq!(read.numbers("samples"), Some(&[1.5, 2.0][..]));
        assert_eq!((read.number("made"), read.number("exported")), (Some(1e9), None));
        assert!(Reading::parse("made many\n").is_none());
    }

    #[test]
    fn a_program_that_fails_is_told_with_what_it_wrote() {
        let limit = Duration::from_secs(60);
        let failure = run(Command::new("sh").args(["-c", "echo why >&2; exit 3"]), limit).unwrap_err();
        assert!(failure.to_string().ends_with("exit status: 3\nwhy\n"), "{failure}");
        assert!(run(&mut Command::new("no-such-program"), limit).is_err());
    }

    #[test]
    fn a_program_that_hangs_is_ended() {
        let hanging = &mut Command::new("sh");
        let failure =
            run(hanging.args(["-c", "exec tail -f /dev/null"]), Duration::from_millis(50)).unwrap_err();
        assert!(failure.to_string().contains("not done after 50ms"), "{failure}");
    }
}
