import AsvinHost

/// The two places of a component's image, which an operator names at enrolment: block devices, or files.
package struct SlotPair: Codable, Equatable, Sendable {
  /// The slot in the manifest.
  package let slot: UInt64
  /// The path in bank `a`.
  package let a: String
  /// The path in bank `b`.
  package let b: String

  package init(slot: UInt64, a: String, b: String) { (self.slot, self.a, self.b) = (slot, a, b) }

  subscript(slotSet: SlotSet) -> String { slotSet == .a ? a : b }
}

/// The place of a slot's image in a slot set.
struct SlotPlace {
  let path: String
  /// The bytes that a file of the device's folder reserves; `nil` for a place that an operator named, which has a size
  /// of its own and is never created.
  let room: UInt64?

  /// Opens the place for writing, alone.
  ///
  /// - Parameter base: the place that is read in the meantime.
  /// - Throws: `FileError`, also for a device that is mounted, or that is the base.
  func open(besides base: FileRegion? = nil) throws(FileError) -> FileRegion {
    if let room { return try FileRegion(path, room: room) }
    if FileIdentity.isRoot(path) { throw FileError.inUse(path) }
    let region = try FileRegion(place: path)
    if let base, let identity = region.file.identity, base.file.identity == identity { throw FileError.inUse(path) }
    return region
  }

  /// Opens the place for reading; `nil` if it is missing.
  ///
  /// - Parameter isFresh: whether the bytes must come from the disk and not from the page cache.
  /// - Throws: `FileError`.
  func read(isFresh: Bool = false) throws(FileError) -> FileRegion? {
    try FileRegion(reading: path, room == nil ? (isFresh ? .disk : .place) : (isFresh ? .disk : .own))
  }

  /// Opens the place for reading. A missing one is read as erased flash.
  ///
  /// - Throws: `FileError`.
  func readOrErased() throws(FileError) -> FileRegion { try read() ?? FileRegion(erased: path, room: room ?? 1) }

  /// The size of the largest image in bytes.
  ///
  /// - Throws: `FileError`.
  func capacity() throws(FileError) -> UInt64 {
    if let room { return FileRegion.bytes(room) }
    guard let region = try read() else { throw FileError.missing(path) }
    return region.capacity
  }
}

extension DeviceFolder {
  /// The place of a slot in a slot set; `nil` if an operator named places, and none of them is for the slot.
  func place(_ slot: UInt64, in slotSet: SlotSet, of identity: DeviceIdentity) -> SlotPlace? {
    guard let places = identity.places else {
      return SlotPlace(path: file("\(slotSet.rawValue)-\(slot)"), room: identity.room)
    }
    return places.first { $0.slot == slot }.map { SlotPlace(path: $0[slotSet], room: nil) }
  }
}

extension DeviceIdentity {
  /// Checks the places that an operator named: each exists, is at least as long as the smallest image, and is in the list once.
  ///
  /// - Throws: ``Failure``.
  static func check(_ places: [SlotPair]) throws(Failure) {
    guard Set(places.map(\.slot)).count == places.count else {
      throw Failure(.usage, "a slot has two pairs of places", hint: "give each slot once")
    }
    var seen: [FileIdentity: String] = [:]
    for path in places.flatMap({ [$0.a, $0.b] }) {
      guard let identity = FileIdentity(path) else {
        throw Failure(
          .inputMissing, "'\(path)' does not exist", hint: "create the partition or the file before the enrolment")
      }
      if let other = seen.updateValue(path, forKey: identity) {
        throw Failure(
          .usage, "'\(other)' and '\(path)' are the same place", hint: "each bank of each slot needs a place of its own"
        )
      }
      let capacity = try explaining(path) { try SlotPlace(path: path, room: nil).capacity() }
      guard capacity >= UInt64(FileRegion.blockBytes) else {
        throw Failure(
          .usage, "'\(path)' has \(capacity) bytes, and a place has at least \(FileRegion.blockBytes)",
          hint: "create the file with its full size first, for example: truncate --size 64M '\(path)'")
      }
    }
  }
}
