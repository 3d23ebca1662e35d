import AsvinAgent
import AsvinHost
import Dispatch

/// A command of the operator, run by the shell in a process group of its own.
struct HookCommand: Sendable {
  let command: String
  /// Seconds after which its process group is killed.
  let timeout: Double

  /// Runs the command for a release.
  func run(_ release: HookRelease, in folder: String) async -> HookOutcome {
    await withCheckedContinuation { continuation in
      // A thread of Dispatch waits for the command, so that the tasks of the agent continue.
      DispatchQueue.global().async { continuation.resume(returning: wait(release, folder)) }
    }
  }

  private func wait(_ release: HookRelease, _ folder: String) -> HookOutcome {
    switch ChildProcess.shell(command, variables: Self.environment(release, folder), timeout: timeout) {
    case .exited(0): .succeeded
    case .exited(126): .failed("it cannot be run (exit code 126)")
    case .exited(127): .failed("the command does not exist (exit code 127)")
    case .exited(let code): .failed("it ended with exit code \(code)")
    case .signalled(let signal): .failed("it was terminated by signal \(signal)")
    case .timedOut: .failed("it took longer than \(Self.words(timeout)) s and was terminated")
    case .notStarted(let reason): .failed("it cannot be started: \(reason)")
    case .lost(let reason): .failed("its exit code is lost: \(reason)")
    }
  }

  /// The variables of this process, and the variables that describe the release.
  static func environment(_ release: HookRelease, _ folder: String) -> [String] {
    let known = ThisProcess.variableLines.filter { !$0.hasPrefix("ASVIN_") }
    return known + variables(release, folder).map { "\($0.key)=\($0.value)" }.sorted()
  }

  /// The variables that describe a release.
  static func variables(_ release: HookRelease, _ folder: String) -> [String: String] {
    var variables = [
      "ASVIN_VERSION": release.version, "ASVIN_SEQUENCE": "\(release.sequence)", "ASVIN_RELEASE": release.release,
      "ASVIN_SLOT": release.bank, "ASVIN_BANK": release.bank, "ASVIN_FOLDER": FileSystem.resolved(folder),
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
