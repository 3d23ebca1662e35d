import AsvinAgent
import AsvinHost
import Dispatch

/// A command of the operator, run by the shell in a process group of its own.
struct HookCommand: Sendable {
  /// The name of its option.
  let name: String
  let command: String
  /// Seconds after which its process group is killed.
  let timeout: Double

  init(_ name: String, _ command: String, timeout: Double) {
    (self.name, self.command, self.timeout) = (name, command, timeout)
  }

  /// Runs the command for a release.
  func run(_ release: HookRelease, in folder: String) async -> HookOutcome {
    await withCheckedContinuation { continuation in
      // A thread of Dispatch waits for the command, so that the tasks of the agent continue.
      DispatchQueue.global().async {
        continuation.resume(returning: Self.outcome(wait(Self.variables(release, folder)), timeout))
      }
    }
  }

  /// Asks whether a bank runs.
  func answer(_ bank: HookBank, in folder: String) async -> HookAnswer {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        let end = wait(Self.variables(bank, folder))
        if end == .exited(1) { return continuation.resume(returning: .no) }
        switch Self.outcome(end, timeout) {
        case .succeeded: continuation.resume(returning: .yes)
        case .failed(let why): continuation.resume(returning: .failed(why))
        }
      }
    }
  }

  private func wait(_ variables: [String: String]) -> ChildProcess.End {
    var all = variables
    (all["ASVIN_HOOK"], all["ASVIN_TIMEOUT"]) = (name, Self.words(timeout))
    let known = ThisProcess.variableLines.filter { !$0.hasPrefix("ASVIN_") }
    let lines = known + all.map { "\($0.key)=\($0.value)" }.sorted()
    return ChildProcess.shell(command, variables: lines, timeout: timeout)
  }

  private static func outcome(_ end: ChildProcess.End, _ timeout: Double) -> HookOutcome {
    switch end {
    case .exited(0): .succeeded
    case .exited(126): .failed("it cannot be run (exit code 126)")
    case .exited(127): .failed("the command does not exist (exit code 127)")
    case .exited(let code): .failed("it ended with exit code \(code)")
    case .signalled(let signal): .failed("it was terminated by signal \(signal)")
    case .timedOut: .failed("it took longer than \(words(timeout)) s and was terminated")
    case .notStarted(let reason): .failed("it cannot be started: \(reason)")
    case .lost(let reason): .failed("its exit code is lost: \(reason)")
    }
  }

  /// The variables that describe a bank.
  static func variables(_ bank: HookBank, _ folder: String) -> [String: String] {
    var variables = [
      "ASVIN_BANK": bank.bank, "ASVIN_SLOT": bank.bank, "ASVIN_FOLDER": FileSystem.resolved(folder),
      "ASVIN_SLOTS": bank.places.keys.sorted().map { "\($0)" }.joined(separator: " "),
    ]
    for (slot, path) in bank.places { variables["ASVIN_IMAGE_\(slot)"] = FileSystem.resolved(path) }
    if let first = bank.places.keys.min() { variables["ASVIN_IMAGE"] = variables["ASVIN_IMAGE_\(first)"] }
    return variables
  }

  /// The variables that describe a release.
  static func variables(_ release: HookRelease, _ folder: String) -> [String: String] {
    var variables = [
      "ASVIN_VERSION": release.version, "ASVIN_SEQUENCE": "\(release.sequence)", "ASVIN_RELEASE": release.release,
      "ASVIN_SLOT": release.bank, "ASVIN_BANK": release.bank, "ASVIN_FOLDER": FileSystem.resolved(folder),
      "ASVIN_SLOTS": release.images.map { "\($0.slot)" }.joined(separator: " "),
      "ASVIN_REASON": release.isReturn ? "return" : "update",
    ]
    for (index, image) in release.images.enumerated() {
      let path = FileSystem.resolved(image.path)
      let ends = index == 0 ? ["", "_\(image.slot)"] : ["_\(image.slot)"]
      for end in ends {
        variables["ASVIN_IMAGE\(end)"] = path
        variables["ASVIN_SIZE\(end)"] = "\(image.size)"
        variables["ASVIN_DIGEST\(end)"] = image.digest
      }
    }
    return variables
  }

  private static func words(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
  }
}
