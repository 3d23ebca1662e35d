import Glibc
import Synchronization

/// Removes files that have a name but are not complete when a signal ends the process.
///
/// Most file systems support files without a name, which the system removes. FAT, exFAT and some network file systems do not.
package enum Interruption {
  /// The signals that a terminal, a service manager or a build server ends a program with.
  private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

  /// Removes incomplete files from now on when a signal ends the process. A signal that is ignored, as by `nohup`, or that
  /// the program handles itself stays as it is.
  package static func removeIncompleteFiles() {
    // The table must exist before the first signal, because a signal handler must not allocate.
    for index in 0..<names.count { names[index].store(0, ordering: .relaxed) }
    for number in signals {
      var action = sigaction()
      guard unsafe sigaction(number, nil, &action) == 0 else { continue }
      // `SIG_DFL` is the null pointer.
      guard unsafe action.__sigaction_handler.sa_handler == nil else { continue }
      unsafe action.__sigaction_handler.sa_handler = end
      unsafe sigaction(number, &action, nil)
    }
  }

  /// Notes a file to remove if a signal ends the process; `nil` if the table is full.
  static func note(_ path: String) -> Int? {
    guard let name = unsafe strdup(path) else { return nil }
    let address = UInt(bitPattern: name)
    for index in 0..<names.count {
      if names[index].compareExchange(expected: 0, desired: address, ordering: .sequentiallyConsistent).exchanged {
        return index
      }
    }
    unsafe free(name)
    return nil
  }

  /// Removes a name from the table.
  static func forget(_ index: Int?) {
    guard let index else { return }
    let address = names[index].exchange(0, ordering: .sequentiallyConsistent)
    if let name = unsafe UnsafeMutablePointer<CChar>(bitPattern: address) { unsafe free(name) }
  }

  /// Runs in a signal handler: it calls only what POSIX permits there.
  private static let end: @convention(c) (Int32) -> Void = { number in
    for index in 0..<names.count {
      let address = names[index].exchange(0, ordering: .sequentiallyConsistent)
      if let name = unsafe UnsafePointer<CChar>(bitPattern: address) { unsafe unlink(name) }
    }
    signal(number, SIG_DFL)
    raise(number)
  }
}

/// Addresses of the names, as C strings; 0 is a free place. A call writes few files at a time.
private let names = InlineArray<32, Atomic<UInt>> { _ in Atomic(0) }
