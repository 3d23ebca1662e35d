import Glibc

/// The service manager that started the process, if it wants to be notified (sd_notify(3), without its library).
package struct ServiceManager: Sendable {
  private let path: String
  /// Seconds within which ``isAlive()`` must be called; `nil` if the manager does not watch.
  package let watchdogSeconds: Double?

  /// The manager that the environment variables name; `nil` without one.
  package init?(_ variables: [String: String]) {
    guard let path = variables["NOTIFY_SOCKET"], path.first == "/" || path.first == "@", path.utf8.count > 1,
      path.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path)
    else { return nil }
    self.path = path
    let isForUs = variables["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
    watchdogSeconds = isForUs ? variables["WATCHDOG_USEC"].flatMap { Double($0) }.map { $0 / 1_000_000 } : nil
  }

  /// The service accepts requests.
  package func isReady() { send("READY=1") }
  /// The service makes progress.
  package func isAlive() { send("WATCHDOG=1") }
  /// The service ends.
  package func isStopping() { send("STOPPING=1") }

  /// The service continues without a manager that listens.
  private func send(_ text: String) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // A path that begins with @ is an abstract one, whose first byte is zero.
    let name = path.first == "@" ? [0] + Array(path.utf8.dropFirst()) : Array(path.utf8)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let bytes = Array(text.utf8)
    _ = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), $0, length)
      }
    }
  }
}
