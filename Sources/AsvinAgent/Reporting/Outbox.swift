import AsvinPlatformAPI
import AsvinPublisher
import AsvinRelease

/// What the platform is to be told, until it has heard it: kept on disk, in order. To be told twice does it no harm.
struct Outbox: Codable {
  struct Letter: Codable {
    let rollout: Int64
    let event: DeviceEventRequest
  }

  private(set) var letters: [Letter] = []

  /// The rollout that an update is of.
  var rollout: Int64?
  /// The sequence number of an update that is installed, until it was told what became of it.
  var trial: UInt64?

  mutating func add(_ event: DeviceEventRequest, about rollout: Int64) {
    // Progress that was not told is of no use any more.
    letters.removeAll { $0.event.event == .downloading }
    letters.append(Letter(rollout: rollout, event: event))
  }

  mutating func removeFirst() { if !letters.isEmpty { letters.removeFirst() } }
}
