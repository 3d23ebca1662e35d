import CAsvinSystem
package import Glibc

/// The process itself: its arguments, variables, limits and end.
package enum ThisProcess {
  /// The arguments with the program's name, or `nil` if they cannot be read.
  ///
  /// Swift's `CommandLine` reads them from `/proc`. If that is not mounted, `CommandLine` is empty, and a program would
  /// do nothing and succeed.
  package static var arguments: [String]? {
    let count = asvin_argument_count()
    guard count > 0 else { return nil }
    var arguments: [String] = []
    for index in 0..<count {
      guard let text = unsafe asvin_argument(index) else { return nil }
      arguments.append(unsafe String(cString: text))
    }
    return arguments
  }

  /// The environment variables.
  package static var variables: [String: String] {
    var variables: [String: String] = [:]
    for line in variableLines {
      let pair = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
    }
    return variables
  }

  /// The environment variables as the system stores them: `NAME=VALUE`.
  package static var variableLines: [String] {
    var lines: [String] = []
    var next = unsafe environ
    while let text = unsafe next.pointee {
      lines.append(unsafe String(cString: text))
      unsafe next += 1
    }
    return lines
  }

  /// The working folder.
  package static var folder: String {
    guard let folder = unsafe getcwd(nil, 0) else { return "/" }
    defer { unsafe free(folder) }
    return unsafe String(cString: folder)
  }

  /// Seconds of processor time that the process has used, on all cores.
  package static var processorSeconds: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

  /// Ends the process.
  package static func end(_ code: Int32) -> Never { exit(code) }

  /// Whether libdispatch can start threads. Its worker threads end the process where `/proc` is not mounted.
  package static var canStartThreads: Bool { unsafe access("/proc/self/task", R_OK) == 0 }

  /// Refuses to use the network where `/proc` is not mounted, because the network library ends the process with a trap there.
  ///
  /// - Throws: ``Failure``.
  package static func requireProcessFolder() throws(Failure) {
    guard unsafe access("/proc/self/maps", R_OK) != 0 else { return }
    throw Failure(.failed, "/proc is not mounted, and the network needs it", hint: "mount it: mount -t proc proc /proc")
  }

  /// Raises the limit of open descriptors as far as the system permits.
  ///
  /// - Returns: the limit, or `nil` if it cannot be read.
  @discardableResult
  package static func raiseDescriptorLimit(atMost most: UInt = .max) -> Int? {
    let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard unsafe getrlimit(kind, &limit) == 0 else { return nil }
    if limit.rlim_cur < limit.rlim_max {
      var raised = limit
      raised.rlim_cur = min(limit.rlim_max, rlim_t(most))
      if unsafe setrlimit(kind, &raised) == 0 { limit = raised }
    }
    return Int(clamping: limit.rlim_cur)
  }

  /// Waits for the signals that end the process.
  ///
  /// A parent may have started the process with them blocked, and the threads of libdispatch block all signals. This thread
  /// receives them.
  package static func waitForSignals() -> Never {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { unsafe sigaddset(&signals, signal) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    while true { pause() }
  }
}

package enum SocketOption {
  /// `SO_LINGER` with a time of 0: closing the connection resets it, and unsent bytes are dropped.
  package static var reset: linger { linger(l_onoff: 1, l_linger: 0) }
}
