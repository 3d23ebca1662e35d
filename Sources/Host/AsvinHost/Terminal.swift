import Glibc
import Synchronization

/// The terminal of the user, if there is one.
package enum Terminal {
  package static var isThere: Bool { isatty(STDERR_FILENO) == 1 }

  /// Signals that end or stop a program while it waits for an answer.
  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP]

  /// Asks for a passphrase without showing it; `nil` without a terminal.
  ///
  /// A signal takes effect only after the terminal shows input again.
  package static func askPassphrase(_ prompt: String) -> [UInt8]? {
    let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    while true {
      interruption.store(0, ordering: .sequentiallyConsistent)
      let handlers = replaceHandlers()
      let answer = answer(to: prompt, at: terminal)
      restore(handlers)
      let signal = interruption.load(ordering: .sequentiallyConsistent)
      if signal == 0 { return answer }
      raise(signal)
      // After SIGTSTP the question is asked again.
    }
  }

  private static func answer(to prompt: String, at terminal: Int32) -> [UInt8]? {
    var settings = termios()
    guard unsafe tcgetattr(terminal, &settings) == 0 else { return nil }
    var silent = settings
    silent.c_lflag &= ~tcflag_t(ECHO)
    guard unsafe tcsetattr(terminal, TCSAFLUSH, &silent) == 0 else { return nil }
    defer {
      unsafe tcsetattr(terminal, TCSAFLUSH, &settings)
      _ = unsafe Glibc.write(terminal, [UInt8(ascii: "\n")], 1)
    }
    let question = Array("\(prompt): ".utf8)
    _ = unsafe Glibc.write(terminal, question, question.count)
    var answer: [UInt8] = []
    while interruption.load(ordering: .sequentiallyConsistent) == 0 {
      // The signal may reach another thread: the wait ends in time to notice it.
      var place = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&place, 1, 100) > 0 else { continue }
      var byte: UInt8 = 0
      let got = unsafe read(terminal, &byte, 1)
      if got < 0 && errno == EINTR { continue }
      // The end of input before the first byte is not an answer.
      guard got == 1 else { return answer.isEmpty ? nil : answer }
      if byte == UInt8(ascii: "\n") { return answer }
      // A longer answer is refused later, so that it must not be truncated to a valid one here.
      if answer.count <= 4096 { answer.append(byte) }
    }
    return nil
  }

  private static func replaceHandlers() -> [(Int32, sigaction)] {
    var handlers: [(Int32, sigaction)] = []
    for number in signals {
      var (old, new) = (sigaction(), sigaction())
      unsafe new.__sigaction_handler.sa_handler = { interruption.store($0, ordering: .sequentiallyConsistent) }
      // An ignored signal stays ignored.
      guard unsafe sigaction(number, nil, &old) == 0, !isIgnored(old) else { continue }
      unsafe sigaction(number, &new, nil)
      handlers.append((number, old))
    }
    return handlers
  }

  private static func isIgnored(_ action: sigaction) -> Bool {
    unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }

  private static func restore(_ handlers: [(Int32, sigaction)]) {
    for (number, handler) in handlers {
      var handler = handler
      unsafe sigaction(number, &handler, nil)
    }
  }
}

/// The signal that arrived during a question, or 0. A signal handler may only store it.
private let interruption = Atomic<Int32>(0)
