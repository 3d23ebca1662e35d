import Glibc

/// Standard output, whose errors are reported, and standard error.
package enum StandardStreams {
  /// Prepares the process. A failed write is reported as an error instead of a signal. The number of a closed stream stays
  /// reserved, so that a file which is opened later does not receive its bytes.
  package static func prepare() {
    // A closed pipe, and a file that exceeds its size limit.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      // A folder can be neither read nor written, so each use fails. It receives the lowest free number, this one.
      _ = unsafe open("/", O_RDONLY | O_DIRECTORY)
    }
  }

  /// Writes lines to standard output.
  ///
  /// - Throws: ``Failure`` if they cannot be written.
  package static func show(_ text: String) throws(Failure) {
    let bytes = Array((text + "\n").utf8)
    guard write(bytes, to: STDOUT_FILENO) else { throw failure() }
  }

  /// The failure of a write to standard output, by the system's last error.
  static func failure() -> Failure {
    let reason = unsafe String(cString: strerror(errno)).lowercased()
    return Failure(
      .cannotWrite, "cannot write to standard output: \(reason)",
      hint: "check its destination, and that the disk is not full")
  }

  /// Writes out what `print` has buffered, so that a program which reads it through a pipe receives it now.
  package static func flush() throws(Failure) {
    guard fflush(nil) == 0 else { throw failure() }
  }

  /// Writes a line to the log on standard error. A log that cannot be written has nowhere to report it, so that the line is lost.
  package static func log(_ line: [UInt8]) { _ = unsafe Glibc.write(STDERR_FILENO, line, line.count) }

  /// Writes a line to standard error.
  package static func say(_ line: String) { tell(line + "\n") }

  /// Writes text to standard error as it is.
  package static func tell(_ text: String) {
    // A failure of standard error itself cannot be reported.
    _ = write(Array(text.utf8), to: STDERR_FILENO)
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let wrote = unsafe bytes[done...].withUnsafeBufferPointer {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if wrote < 0 && errno == EINTR { continue }
      if wrote < 0 && errno == EAGAIN {
        // A terminal or a pipe in non-blocking mode: wait until it accepts more.
        var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&place, 1, -1)
        continue
      }
      guard wrote > 0 else { return false }
      done += wrote
    }
    return true
  }
}
