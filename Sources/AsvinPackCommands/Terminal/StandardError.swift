import Glibc

/// Where errors, warnings and progress go.
enum StandardError {
  static func write(_ line: String) { show(line + "\n") }

  static func show(_ text: String) {
    // What went to standard output before comes before.
    _ = fflush(nil)
    let bytes = Array(text.utf8)
    // Nobody is left to hear that standard error cannot be written.
    _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }
}
