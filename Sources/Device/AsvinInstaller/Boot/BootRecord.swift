import AsvinManifest

/// The content of the state's record. It stays in the record that is read and written, because a structure of this size
/// would be copied from register to register on a small device.
///
/// | word | |
/// |---|---|
/// | 0 | the phase; how often the candidate was started, or something else than what is confirmed |
/// | 1 | the slot of what is confirmed; that of the candidate |
/// | 2, 3 | the rollback floor, and its complement, so that no single flipped bit lowers it |
/// | 4 | the key-set version |
/// | 5, 6 | the sequence number of what is confirmed, and of the candidate |
/// | 7–10, 11–14 | SHA-256 of the image of either; zeros where it is not known |
struct BootRecord {
  var record = Record()

  var phase: UInt32 {
    get { self[low: 0] }
    set { self[low: 0] = newValue }
  }
  var starts: UInt32 {
    get { self[high: 0] }
    set { self[high: 0] = newValue }
  }
  var confirmedSlot: UInt32 {
    get { self[low: 1] }
    set { self[low: 1] = newValue }
  }
  var candidateSlot: UInt32 {
    get { self[high: 1] }
    set { self[high: 1] = newValue }
  }
  /// A release must be above it.
  var floor: UInt64 { record.words[2] }
  /// The same, of its second copy.
  var secondFloor: UInt64 { ~record.words[3] }
  var keySetVersion: UInt64 {
    get { record.words[4] }
    set { record.words[4] = newValue }
  }
  var sequence: UInt64 {
    get { record.words[5] }
    set { record.words[5] = newValue }
  }
  var candidate: UInt64 {
    get { record.words[6] }
    set { record.words[6] = newValue }
  }
  var confirmedImage: Digest {
    get { record[digest: 7] }
    set { record[digest: 7] = newValue }
  }
  var candidateImage: Digest {
    get { record[digest: 11] }
    set { record[digest: 11] = newValue }
  }

  /// What is known where there is no record: what runs is confirmed.
  mutating func begin(_ factory: FactoryState, _ running: RunningImage) {
    for index in 0..<15 { record.words[index] = 0 }
    record.words[3] = .max
    phase = BootPhase.confirmed.rawValue
    sequence = factory.sequence
    confirmedSlot = running.isUnknown ? factory.slot : running.slot
    confirmedImage = running.image
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func raise(to floor: UInt64) {
    let highest = max(self.floor, secondFloor, floor)
    (record.words[2], record.words[3]) = (highest, ~highest)
  }

  /// What runs is confirmed, in the place of what cannot be started. Which release it is, is not known: the lowest.
  mutating func adopt(_ running: RunningImage, lowest: UInt64) {
    (confirmedSlot, confirmedImage) = (running.slot, running.image)
    (sequence, starts) = (min(sequence, lowest), 0)
  }

  /// A release is confirmed, in a slot.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func confirm(_ release: UInt64, _ image: Digest, in slot: UInt32) {
    (starts, sequence) = (0, release)
    (confirmedSlot, confirmedImage) = (slot, image)
    raise(to: release)
  }

  private subscript(low word: Int) -> UInt32 {
    get { UInt32(truncatingIfNeeded: record.words[word]) }
    set { record.words[word] = record.words[word] & ~0xFFFF_FFFF | UInt64(newValue) }
  }
  private subscript(high word: Int) -> UInt32 {
    get { UInt32(truncatingIfNeeded: record.words[word] >> 32) }
    set { record.words[word] = record.words[word] & 0xFFFF_FFFF | UInt64(newValue) << 32 }
  }
}
