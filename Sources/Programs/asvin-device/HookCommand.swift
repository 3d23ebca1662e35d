import AsvinAgent
import Dispatch
import Glibc

/// A command of the operator's, run by the shell in a process group of its own.
struct HookCommand: Sendable {
  let command: String
  /// Seconds after which its process group is ended.
  let timeout: Double

  /// Runs the command about a release.
  func run(_ release: HookRelease, in folder: String) async -> HookOutcome {
    await withCheckedContinuation { continuation in
      // A thread of Dispatch waits for it: the tasks of the agent go on.
      DispatchQueue.global().async { continuation.resume(returning: wait(release, folder)) }
    }
  }

  private func wait(_ release: HookRelease, _ folder: String) -> HookOutcome {
    var process: pid_t = 0
    let code = spawn(release, folder, &process)
    guard code == 0 else { return .failed("it cannot be started: \(Self.words(code))") }
    let end = ContinuousClock.now + .seconds(timeout)
    var pause: UInt32 = 1000
    while true {
      var status: Int32 = 0
      let ended = unsafe waitpid(process, &status, WNOHANG)
      if ended == process { return Self.outcome(status) }
      if ended < 0, errno != EINTR { return .failed("its exit code is lost: \(Self.words(errno))") }
      guard .now < end else {
        kill(-process, SIGKILL)
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        return .failed("it took longer than \(Self.words(timeout)) s and was ended")
      }
      usleep(pause)
      pause = min(pause * 2, 50_000)
    }
  }

  private func spawn(_ release: HookRelease, _ folder: String, _ process: inout pid_t) -> Int32 {
    var attributes = posix_spawnattr_t()
    var actions = unsafe posix_spawn_file_actions_t()
    guard unsafe posix_spawnattr_init(&attributes) == 0, unsafe posix_spawn_file_actions_init(&actions) == 0 else {
      return ENOMEM
    }
    defer {
      unsafe posix_spawnattr_destroy(&attributes)
      unsafe posix_spawn_file_actions_destroy(&actions)
    }
    unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    // The command's output is for the log: standard output is what this program itself prints.
    unsafe posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
    // This program ignores SIGPIPE, and a command would inherit that.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
    var arguments = unsafe Self.pointers(["/bin/sh", "-c", command])
    var variables = unsafe Self.pointers(Self.environment(release, folder))
    defer {
      for index in unsafe arguments.indices { unsafe free(arguments[index]) }
      for index in unsafe variables.indices { unsafe free(variables[index]) }
    }
    return unsafe posix_spawn(&process, "/bin/sh", &actions, &attributes, &arguments, &variables)
  }

  private static func pointers(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe []
    for text in texts { unsafe pointers.append(strdup(text)) }
    unsafe pointers.append(nil)
    return unsafe pointers
  }

  /// This program's variables, and those that describe the release.
  static func environment(_ release: HookRelease, _ folder: String) -> [String] {
    var known: [String] = []
    var next = unsafe environ
    while let text = unsafe next.pointee {
      let line = unsafe String(cString: text)
      if !line.hasPrefix("ASVIN_") { known.append(line) }
      unsafe next += 1
    }
    return known + variables(release, folder).map { "\($0.key)=\($0.value)" }.sorted()
  }

  /// The variables that describe a release.
  static func variables(_ release: HookRelease, _ folder: String) -> [String: String] {
    var variables = [
      "ASVIN_VERSION": release.version, "ASVIN_SEQUENCE": "\(release.sequence)", "ASVIN_RELEASE": release.release,
      "ASVIN_SLOT": release.bank, "ASVIN_BANK": release.bank, "ASVIN_FOLDER": absolute(folder),
      "ASVIN_REASON": release.isReturn ? "return" : "update",
    ]
    for (index, image) in release.images.enumerated() {
      let path = absolute(image.path)
      let ends = index == 0 ? ["", "_\(image.slot)"] : ["_\(image.slot)"]
      for end in ends {
        variables["ASVIN_IMAGE\(end)"] = path
        variables["ASVIN_SIZE\(end)"] = "\(image.size)"
        variables["ASVIN_DIGEST\(end)"] = image.digest
      }
    }
    return variables
  }

  private static func absolute(_ path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  private static func outcome(_ status: Int32) -> HookOutcome {
    let signal = status & 0x7F
    if signal != 0 { return .failed("it was ended by signal \(signal)") }
    let code = status >> 8 & 0xFF
    switch code {
    case 0: return .succeeded
    case 126: return .failed("it cannot be run (exit code 126)")
    case 127: return .failed("there is no such command (exit code 127)")
    default: return .failed("it ended with exit code \(code)")
    }
  }

  private static func words(_ code: Int32) -> String { unsafe String(cString: strerror(code)).lowercased() }
  private static func words(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
  }
}
