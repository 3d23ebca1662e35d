import AsvinFixtures
import Glibc
import Testing

/// A run of the program at a terminal of its own, as a person has it.
final class TerminalRun {
  private let terminal: Int32
  private let process: pid_t
  /// What the terminal has shown.
  private(set) var shown = ""

  ///
  /// - Parameter wrapper: a command that runs the program.
  init(_ arguments: [String], in scratch: Scratch, variables: [String] = [], wrapper: [String] = []) throws {
    terminal = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (locked, number): (CInt, CInt) = (0, 0)
    // TIOCSPTLCK and TIOCGPTN: unlocks the other end, and asks which it is.
    let isOpen = unsafe ioctl(terminal, 0x4004_5431, &locked) == 0 && ioctl(terminal, 0x8004_5430, &number) == 0
    let name = "/dev/pts/\(number)"
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    // The first terminal that the leader of a session opens is the session's own.
    unsafe posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, 0, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // The thread of a test may have signals blocked or ignored, which the program must not inherit.
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { unsafe sigaddset(&none, number) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, 0x8C)  // POSIX_SPAWN_SETSID, _SETSIGMASK and _SETSIGDEF
    let words = ["/bin/sh", "-c", "cd \"$0\"; exec \"$@\"", scratch.folder] + wrapper + [ProgramRun.path] + arguments
    var argv = unsafe words.map { unsafe strdup($0) } + [nil]
    var environment = unsafe (["PATH=/usr/sbin:/usr/bin:/sbin:/bin"] + variables).map { unsafe strdup($0) } + [nil]
    defer {
      for index in unsafe argv.indices { unsafe free(argv[index]) }
      for index in unsafe environment.indices { unsafe free(environment[index]) }
    }
    var started: pid_t = 0
    let status = unsafe posix_spawn(&started, "/bin/sh", &actions, &attributes, &argv, &environment)
    process = started
    try #require(isOpen && status == 0)
  }

  deinit { close(terminal) }

  /// Waits until the terminal shows a text.
  func wait(for text: String) throws {
    for _ in 0..<900 {
      if shown.contains(text) { return }
      var place = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&place, 1, 100) > 0 else { continue }
      var bytes = [UInt8](repeating: 0, count: 4096)
      let got = unsafe read(terminal, &bytes, bytes.count)
      guard got > 0 else { break }
      shown += String(decoding: bytes[..<got], as: UTF8.self)
    }
    try #require(shown.contains(text), "the terminal shows: \(shown)")
  }

  /// Types a text.
  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe write(terminal, bytes, bytes.count)
  }

  /// Whether what is typed is shown.
  var echoes: Bool {
    var settings = termios()
    return unsafe tcgetattr(terminal, &settings) == 0 && settings.c_lflag & tcflag_t(ECHO) != 0
  }

  /// Waits for the end: the exit code, or 128 and the signal.
  func end() throws -> Int32 {
    var status: Int32 = 0
    for _ in 0..<900 {
      if unsafe waitpid(process, &status, WNOHANG) == process {
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
      }
      usleep(100_000)
    }
    kill(process, SIGKILL)
    unsafe waitpid(process, &status, 0)
    try #require(Bool(false), "the program does not end; the terminal shows: \(shown)")
    return -1
  }

  /// Sends a signal.
  func signal(_ number: Int32) { kill(process, number) }
}
