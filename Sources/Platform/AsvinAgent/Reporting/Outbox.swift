import AsvinHost
import AsvinPlatformAPI

/// Reports that the platform has not received yet: kept on disk, in order, and bounded. A report that arrives twice does no
/// harm.
struct Outbox: Codable {
  struct Letter: Codable {
    let rollout: Int64
    let event: DeviceEventRequest
    /// How often it was refused in a way that may pass: by a proxy, for example.
    var refusals: Int?
  }

  static let file = "outbox.json"
  /// Letters at most: the oldest ones are dropped first.
  static let most = 32
  /// Refusals at most of one letter that may be accepted later.
  static let mostRefusals = 16

  private(set) var letters: [Letter] = []

  /// The rollout that an update is of.
  var rollout: Int64?
  /// The sequence number of an update that is installed, until what became of it is reported.
  var trial: UInt64?
  /// Whether the file was damaged.
  var isDamaged = false

  enum CodingKeys: String, CodingKey { case letters, rollout, trial }

  /// The outbox that a folder keeps. Reports are no reason to stop a device: a damaged one is replaced by an empty one.
  ///
  /// - Throws: `FileError` where the system cannot read it.
  static func kept(in folder: DeviceFolder) throws(FileError) -> Outbox {
    let file = try folder.load(file, as: Outbox.self)
    var outbox = file.value ?? Outbox()
    outbox.isDamaged = file.isDamaged
    return outbox
  }

  /// Keeps it on disk. A disk that is full does not keep a report from being sent.
  func keep(in folder: DeviceFolder) {
    try? folder.write(self, to: Self.file)  // the letters are in memory, and are lost only if the agent ends
  }

  mutating func add(_ event: DeviceEventRequest, about rollout: Int64) {
    // The same report twice in a row says nothing new.
    if let last = letters.last, last.rollout == rollout, last.event == event { return }
    letters.append(Letter(rollout: rollout, event: event))
    if letters.count > Self.most { letters.removeFirst(letters.count - Self.most) }
  }

  mutating func remove(at index: Int) { letters.remove(at: index) }

  /// Notes a refusal that may pass.
  ///
  /// - Returns: whether the letter is refused for the last time.
  mutating func refuse(at index: Int) -> Bool {
    letters[index].refusals = (letters[index].refusals ?? 0) + 1
    return letters[index].refusals ?? 0 >= Self.mostRefusals
  }
}
