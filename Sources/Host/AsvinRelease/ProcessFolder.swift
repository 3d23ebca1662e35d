import Glibc

/// The system's folder about processes. The network library ends the process with a trap where it is missing.
package enum ProcessFolder {
  /// Refuses what needs the network in a jail without `/proc`.
  ///
  /// - Throws: ``Failure``.
  package static func require() throws(Failure) {
    guard unsafe access("/proc/self/maps", R_OK) != 0 else { return }
    throw Failure(.failed, "/proc is not mounted, and the network needs it", hint: "mount it: mount -t proc proc /proc")
  }
}
