import AsvinHost
import AsvinPlatformAPI

/// The reports that the platform has not received yet. They are stored on disk in order, up to a limit. A report that
/// arrives twice changes nothing.
struct Outbox: Codable {
  struct PendingReport: Codable {
    let rollout: Int64
    let event: DeviceEventRequest
    /// How often the report was refused for a cause that may pass, for example by a proxy.
    var refusals: Int?
  }

  static let file = "outbox.json"
  /// The largest number of reports. The oldest ones are dropped first.
  static let most = 32
  /// The number of refusals after which a report is dropped.
  static let mostRefusals = 16

  private(set) var reports: [PendingReport] = []

  /// The rollout of the current update.
  var rollout: Int64?
  /// The sequence number of an installed update, until its result is reported.
  var trial: UInt64?
  /// Whether the file was damaged.
  var isDamaged = false

  enum CodingKeys: String, CodingKey {
    case reports = "letters"
    case rollout, trial
  }

  /// Reads the outbox of a folder. A damaged outbox is replaced by an empty one, because missing reports must not stop a
  /// device.
  ///
  /// - Throws: `FileError` if the system cannot read it.
  static func kept(in folder: DeviceFolder) throws(FileError) -> Outbox {
    let file = try folder.load(file, as: Outbox.self)
    var outbox = file.value ?? Outbox()
    outbox.isDamaged = file.isDamaged
    return outbox
  }

  /// Stores the outbox. A full disk does not prevent that reports are sent.
  func keep(in folder: DeviceFolder) {
    try? folder.write(self, to: Self.file)  // the reports are in memory and are lost only if the agent ends
  }

  mutating func add(_ event: DeviceEventRequest, about rollout: Int64) {
    // A repeated report has no news.
    if let last = reports.last, last.rollout == rollout, last.event == event { return }
    reports.append(PendingReport(rollout: rollout, event: event))
    if reports.count > Self.most { reports.removeFirst(reports.count - Self.most) }
  }

  mutating func remove(at index: Int) { reports.remove(at: index) }

  /// Counts a refusal that may pass.
  ///
  /// - Returns: whether the report must be dropped.
  mutating func refuse(at index: Int) -> Bool {
    reports[index].refusals = (reports[index].refusals ?? 0) + 1
    return reports[index].refusals ?? 0 >= Self.mostRefusals
  }
}
