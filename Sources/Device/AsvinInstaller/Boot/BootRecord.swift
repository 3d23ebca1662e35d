import AsvinManifest

/// The fields of the record of a ``BootState``. They are read and written inside the record. As separate fields they
/// would be copied one by one on a small device.
///
/// | word | |
/// |---|---|
/// | 0 | the phase; how often the candidate was started, or without one, another image than the confirmed one |
/// | 1 | the confirmed slot, `UInt32.max` if no slot can be started; the candidate's slot |
/// | 2, 3 | the rollback floor, and its complement, so that no single flipped bit lowers it |
/// | 4 | the key-set version |
/// | 5, 6 | the sequence numbers of the confirmed release and of the candidate |
/// | 7–10, 11–14 | SHA-256 of the confirmed image and of the candidate's; zeros if it is not known |
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
  /// The rollback floor, from its first copy.
  var floor: UInt64 { record.words[2] }
  /// The rollback floor, from its second copy.
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
  static var confirmedWord: Int { 7 }
  var confirmedImage: Digest {
    get { record[digest: Self.confirmedWord] }
    set { record[digest: Self.confirmedWord] = newValue }
  }
  static var candidateWord: Int { 11 }
  var candidateImage: Digest {
    get { record[digest: Self.candidateWord] }
    set { record[digest: Self.candidateWord] = newValue }
  }

  /// Sets the record of a new device, on which the running image is confirmed.
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

  /// Confirms the running image, because the confirmed slot cannot be started. Its release is not known, so that the
  /// lowest sequence number counts.
  mutating func adopt(_ running: RunningImage, lowest: UInt64) {
    (confirmedSlot, confirmedImage) = (running.slot, running.image)
    (sequence, starts) = (min(sequence, lowest), 0)
  }

  /// Confirms the candidate, which runs from a slot.
  mutating func confirmCandidate(in slot: UInt32) {
    (starts, sequence) = (0, candidate)
    (confirmedSlot, confirmedImage) = (slot, candidateImage)
    raise(to: candidate)
  }

  /// Notes that a slot is being rewritten in place, so that no slot can be started. The digest of the base is stored as
  /// the confirmed image, and its size as the candidate's slot. With them a device can choose the same patch again.
  mutating func rewrite(_ plan: InstallPlan) {
    (starts, confirmedSlot, candidateSlot) = (0, .max, UInt32(truncatingIfNeeded: plan.baseSize))
    (confirmedImage, candidate, candidateImage) = (plan.baseDigest, plan.sequence, plan.imageDigest)
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
