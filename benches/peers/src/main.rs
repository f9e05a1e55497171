//! Measures this library and its peers, each in a process of its own, in interleaved rounds.
//!
//! `cargo run --release` prints a table of nanoseconds per unit on the producing thread as Markdown; with
//! `-- --instructions`, one of instructions, counted by callgrind (`valgrind` has to be installed).

mod scenarios;
mod table;

use std::process::Command;

/// Rounds of each peer and scenario; other programs on the machine disturb some of them.
const ROUNDS: usize = 15;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["run", peer, scenario] => println!("{}", scenarios::nanos_per_unit(peer, scenario)),
        ["repeat", peer, scenario, times] => {
            scenarios::repeat(peer, scenario, times.parse().expect("a number of repetitions"));
        }
        ["--instructions"] => table::print("instructions", instructions),
        [] => {
            let rounds = interleaved();
            table::print("ns, minimum", |peer, scenario| rounds.minimum(peer, scenario));
        }
        _ => panic!("arguments: none, or --instructions"),
    }
}

/// The figures of all rounds.
struct Rounds(Vec<(&'static str, &'static str, f64)>);

impl Rounds {
    fn minimum(&self, peer: &str, scenario: &str) -> Option<f64> {
        let of = self.0.iter().filter(|(p, s, _)| (*p, *s) == (peer, scenario));
        of.map(|(_, _, nanos)| *nanos).reduce(f64::min)
    }
}

fn interleaved() -> Rounds {
    let mut figures = Vec::new();
    for _ in 0..ROUNDS {
        for scenario in scenarios::SCENARIOS {
            for peer in scenarios::PEERS {
                if let Some(nanos) = output(own().args(["run", peer, scenario])).trim().parse().ok() {
                    figures.push((*peer, *scenario, nanos));
                }
            }
        }
    }
    Rounds(figures)
}

/// Instructions of one unit on the producing thread: only what runs inside [`scenarios::measured`] is counted.
fn instructions(peer: &str, scenario: &str) -> Option<f64> {
    let count = |times: u64| {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*scenarios::measured*"]);
        valgrind.arg(own().get_program());
        let run = valgrind.args(["repeat", peer, scenario, &times.to_string()]).output().expect("valgrind runs");
        let text = String::from_utf8_lossy(&run.stderr).into_owned();
        let total = text.lines().find_map(|line| line.split_once("Collected :"))?.1.trim().parse::<f64>().ok()?;
        run.status.success().then_some(total)
    };
    const TIMES: u64 = 500;
    // Of two runs the difference, so that the first spans of a thread do not count.
    let (once, twice) = (count(TIMES)?, count(2 * TIMES)?);
    Some((twice - once) / (TIMES * scenarios::UNITS) as f64)
}

fn own() -> Command {
    Command::new(std::env::current_exe().expect("the path of this program"))
}

fn output(command: &mut Command) -> String {
    let output = command.output().expect("this program runs itself");
    String::from_utf8(output.stdout).expect("it prints text")
}
