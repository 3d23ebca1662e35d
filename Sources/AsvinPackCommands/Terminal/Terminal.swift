import Glibc

/// The person at the terminal, if there is one.
enum Terminal {
  static var isThere: Bool { isatty(STDERR_FILENO) == 1 }

  /// Asks for a passphrase, which is not shown; `nil` where nobody can be asked.
  static func askPassphrase(_ prompt: String) -> [UInt8]? {
    let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    var settings = termios()
    guard unsafe tcgetattr(terminal, &settings) == 0 else { return nil }
    var silent = settings
    silent.c_lflag &= ~tcflag_t(ECHO)
    guard unsafe tcsetattr(terminal, TCSAFLUSH, &silent) == 0 else { return nil }
    defer { unsafe tcsetattr(terminal, TCSAFLUSH, &settings) }
    let question = Array("\(prompt): ".utf8)
    _ = unsafe Glibc.write(terminal, question, question.count)
    var answer: [UInt8] = []
    var byte: UInt8 = 0
    while unsafe read(terminal, &byte, 1) == 1, byte != UInt8(ascii: "\n"), answer.count < 1024 { answer.append(byte) }
    _ = unsafe Glibc.write(terminal, [UInt8(ascii: "\n")], 1)
    return answer
  }
}
