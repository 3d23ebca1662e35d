import AsvinHost
import NIOCore

/// What a client may hold open, and how slowly it may read and write.
package struct ConnectionLimits: Sendable {
  /// Connections at once.
  package var total: Int
  /// Connections of one address at once.
  package var perAddress: Int
  /// Bytes a second that a client must send while the server waits for its request, and accept while a reply waits.
  package var minimumRate: Int
  /// Seconds over which the rate is measured.
  package var rateSeconds: Int
  /// Seconds in which a request of up to 64 KiB must be complete.
  package var requestSeconds: Int
  /// Seconds that replies in progress have after the signal to end.
  package var drainSeconds: Int

  /// Descriptors that the program keeps for the database, its log and the sockets that it listens on.
  private static let reservedDescriptors = 64

  /// The limits for a number of file descriptors: a connection needs one, and another while it downloads.
  package init(descriptors: Int) {
    total = min(8192, max((descriptors - Self.reservedDescriptors) / 2, 8))
    // Behind a proxy all clients have one address, so that a small server does not divide what it has.
    perAddress = min(total, max(total / 4, 64))
    (minimumRate, rateSeconds, requestSeconds, drainSeconds) = (512, 30, 60, 10)
  }

  /// The limits for the descriptors that this process may open, after raising them as far as it may.
  package static func ofProcess() -> ConnectionLimits {
    ConnectionLimits(descriptors: ThisProcess.raiseDescriptorLimit(atMost: 65_536) ?? 1024)
  }

  /// When a request whose header says a length must be complete: a large one may take as long as 16 KiB a second does.
  func requestTime(length: Int64?) -> TimeAmount {
    let extra = length.map { max($0 - 65_536, 0) / 16_384 } ?? 3600
    return .seconds(Int64(requestSeconds) + extra)
  }
}
