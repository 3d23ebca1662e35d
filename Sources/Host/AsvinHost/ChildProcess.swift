import CAsvinSystem
import Glibc

/// Programs that this one starts, each with an environment of its own.
///
/// All of them are started with `posix_spawn`, because `setenv` and `system` change the environment of a process in
/// which other threads read it.
package enum ChildProcess {
  /// How a process ended.
  package enum End: Equatable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    /// It did not end in time. Its process group was killed.
    case timedOut
    /// It could not be started.
    case notStarted(reason: String)
    /// The system does not report its exit code.
    case lost(reason: String)
  }

  /// Runs a command in the shell, in a process group of its own, and waits for it. Its standard output goes to standard error.
  package static func shell(_ command: String, variables: [String], timeout: Double) -> End {
    let start = Start(["/bin/sh", "-c", command], variables: variables, output: STDERR_FILENO, ownGroup: true)
    switch start.run() {
    case .failure(let error): return .notStarted(reason: error.words)
    case .success(let process): return wait(for: process, timeout: timeout)
    }
  }

  /// Runs a program of the search path, and returns the first bytes of its standard output, or `nil` if it fails. Its
  /// standard error is dropped.
  package static func output(of arguments: [String], atMost count: Int) -> [UInt8]? {
    var ends: [Int32] = [-1, -1]
    guard unsafe asvin_pipe(&ends) == 0 else { return nil }
    var start = Start(arguments, variables: ThisProcess.variableLines, output: ends[1], ownGroup: false)
    start.dropsErrors = true
    let result = start.run()
    close(ends[1])
    defer { close(ends[0]) }
    guard case .success(let process) = result else { return nil }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let got = unsafe read(ends[0], &piece, piece.count)
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { break }
      // The rest is read as well: a program that cannot write would fail.
      if bytes.count < count { bytes += piece[..<got] }
    }
    return wait(for: process, timeout: .infinity) == .exited(0) ? [UInt8](bytes.prefix(count)) : nil
  }

  private static func wait(for process: pid_t, timeout: Double) -> End {
    let end = timeout.isFinite ? ContinuousClock.now + .seconds(timeout) : nil
    var pause: UInt32 = 1000
    while true {
      var status: Int32 = 0
      let ended = unsafe waitpid(process, &status, end == nil ? 0 : WNOHANG)
      if ended == process {
        let signal = status & 0x7F
        return signal != 0 ? .signalled(signal) : .exited(status >> 8 & 0xFF)
      }
      if ended < 0, errno != EINTR { return .lost(reason: SystemError.last.words) }
      guard let end else { continue }
      guard .now < end else {
        kill(-process, SIGKILL)
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        return .timedOut
      }
      usleep(pause)
      pause = min(pause * 2, 50_000)
    }
  }
}

/// The settings with which a process is started.
private struct Start {
  let arguments: [String]
  let variables: [String]
  let output: Int32
  let ownGroup: Bool
  var dropsErrors = false

  init(_ arguments: [String], variables: [String], output: Int32, ownGroup: Bool) {
    (self.arguments, self.variables, self.output, self.ownGroup) = (arguments, variables, output, ownGroup)
  }

  func run() -> Result<pid_t, SystemError> {
    var attributes = posix_spawnattr_t()
    var actions = unsafe posix_spawn_file_actions_t()
    guard unsafe posix_spawnattr_init(&attributes) == 0, unsafe posix_spawn_file_actions_init(&actions) == 0 else {
      return .failure(SystemError(code: ENOMEM))
    }
    defer {
      unsafe posix_spawnattr_destroy(&attributes)
      unsafe posix_spawn_file_actions_destroy(&actions)
    }
    unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    if dropsErrors { unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) }
    // This process ignores SIGPIPE, and its children would inherit that.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETSIGDEF | (ownGroup ? POSIX_SPAWN_SETPGROUP : 0)
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    var texts = unsafe Self.pointers(arguments)
    var lines = unsafe Self.pointers(variables)
    defer {
      for index in unsafe texts.indices { unsafe free(texts[index]) }
      for index in unsafe lines.indices { unsafe free(lines[index]) }
    }
    var process: pid_t = 0
    let code = unsafe posix_spawnp(&process, arguments[0], &actions, &attributes, &texts, &lines)
    return code == 0 ? .success(process) : .failure(SystemError(code: code))
  }

  private static func pointers(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe []
    for text in texts { unsafe pointers.append(strdup(text)) }
    unsafe pointers.append(nil)
    return unsafe pointers
  }
}

private struct SystemError: Error {
  let code: Int32
  static var last: SystemError { SystemError(code: errno) }
  var words: String { unsafe String(cString: strerror(code)).lowercased() }
}
