import AsvinHost
import NIOCore

/// The number of connections that clients may open, and how slowly they may read and write.
package struct ConnectionLimits: Sendable {
  /// Open connections.
  package var total: Int
  /// Open connections of one address.
  package var perAddress: Int
  /// Bytes a second that a client must send while the server waits for its request, and read while a reply waits.
  package var minimumRate: Int
  /// Seconds over which the rate is measured.
  package var rateSeconds: Int
  /// Seconds in which a request of up to 64 KiB must be complete.
  package var requestSeconds: Int
  /// Seconds that replies in progress have after the signal to stop.
  package var drainSeconds: Int

  /// Descriptors reserved for the database, the log and the listening sockets.
  private static let reservedDescriptors = 64

  /// Creates the limits for a number of file descriptors. A connection needs one, and another during a download.
  package init(descriptors: Int) {
    total = min(8192, max((descriptors - Self.reservedDescriptors) / 2, 8))
    // Behind a proxy all clients have one address. Therefore a small server does not limit one address further.
    perAddress = min(total, max(total / 4, 64))
    (minimumRate, rateSeconds, requestSeconds, drainSeconds) = (512, 30, 60, 10)
  }

  /// Raises the number of descriptors that this process may open as far as possible, and returns the limits for it.
  package static func ofProcess() -> ConnectionLimits {
    ConnectionLimits(descriptors: ThisProcess.raiseDescriptorLimit(atMost: 65_536) ?? 1024)
  }

  /// Returns the time in which a request must be complete. Beyond 64 KiB, a request may arrive at 16 KiB a second.
  func requestTime(length: Int64?) -> TimeAmount {
    let extra = length.map { max($0 - 65_536, 0) / 16_384 } ?? 3600
    return .seconds(Int64(requestSeconds) + extra)
  }
}
