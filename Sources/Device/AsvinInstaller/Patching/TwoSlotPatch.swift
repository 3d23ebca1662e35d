import AsvinPatch
public import AsvinVerifier

/// Creates an image in one slot from the base in another slot. After a loss of power the patch is sent again from its
/// start, but bytes that are already in the slot are not written again.
@safe
public struct TwoSlotPatch<Base: FlashRegion, Target: FlashRegion>: PatchApplying, ~Copyable {
  private let base: Base
  private let baseSize: UInt32
  private let target: Target
  private var run: RunningPatch<RegionBytes<Base>, WrittenSlot<Target>>
  private var known: UInt64 = 0

  /// An applier.
  ///
  /// - Parameters:
  ///   - base: the slot that holds the base, and the number of its bytes there; 0 for the empty base.
  ///   - memory: what the payload's manifest states that applying needs, aligned to 8.
  ///   - room: ``roomBytes`` more, aligned to 8.
  @unsafe
  public init(
    from base: Base, _ baseSize: UInt32, into target: Target, memory: UnsafeMutableRawBufferPointer,
    room: UnsafeMutableRawBufferPointer
  ) {
    (self.base, self.baseSize, self.target) = (base, baseSize, target)
    run = unsafe RunningPatch(memory: memory, room: room)
  }

  /// Bytes that the applier needs besides what a patch states.
  public static var roomBytes: Int { RunningPatch<RegionBytes<Base>, WrittenSlot<Target>>.roomBytes }

  /// Bytes of the result that are in the slot.
  public private(set) var written: UInt64 = 0

  /// Checks that the base is in its slot. Otherwise a changed byte would be found only after the patch was downloaded.
  public func check<Slot: FlashRegion, Hash: StreamingHash>(
    _ plan: InstallPlan, in target: Slot, _ hash: Hash.Type
  ) throws(InstallError) {
    guard plan.baseSize == UInt64(baseSize), plan.hasBase(in: base, hash: hash) else {
      throw InstallError(.baseDigestMismatch, at: 0)
    }
  }

  /// Sets the number of written bytes that the journal holds.
  public mutating func resume(written: UInt64) {
    known = written & ~UInt64(target.blockBytes &- 1)
    self.written = known
  }

  /// Accepts the next bytes of the patch.
  public mutating func push(_ bytes: Span<UInt8>, maximum: UInt64) throws(InstallError) {
    var rest = bytes
    do throws(PatchError) {
      if !run.isBegun {
        guard run.acceptHeader(&rest) else { return }
        try begin(maximum)
      }
      try run.push(rest)
    } catch {
      throw InstallError(.patchInvalid, at: error.offset)
    }
    guard let applier = unsafe run.applier else { return }
    written = unsafe max(known, UInt64(applier.pointee.position) & ~UInt64(target.blockBytes &- 1))
  }

  /// Ends the patch.
  public mutating func finish() throws(InstallError) {
    do throws(PatchError) {
      try run.finish()
    } catch {
      throw InstallError(.patchInvalid, at: error.offset)
    }
    unsafe run.applier?.pointee.withOutput { $0.finish() }
  }

  // A separate function, so that the new applier leaves the stack before it runs.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func begin(_ maximum: UInt64) throws(PatchError) {
    let header = try run.header(isInPlace: false)
    let result = min(maximum, target.capacity, UInt64(UInt32.max))
    run.begin(
      unsafe Applier(
        header, base: RegionBytes(base, count: baseSize), output: WrittenSlot(target, known: known),
        maximum: UInt32(truncatingIfNeeded: result), workspace: run.memory))
  }
}

/// The slot that receives a result. Its first bytes may already be there.
struct WrittenSlot<Target: FlashRegion>: PatchOutput {
  private var writer: RegionWriter<Target>
  private let known: UInt64
  private(set) var count: UInt32 = 0

  init(_ target: Target, known: UInt64) {
    writer = RegionWriter(target, at: known)
    self.known = known
  }

  func byte(at offset: UInt32) -> UInt8 { writer.byte(UInt64(offset)) }

  mutating func append(_ byte: UInt8) {
    if UInt64(count) >= known { writer.append(byte) }
    count &+= 1
  }

  func open(_ window: Range<UInt32>) {}
  func commit(_ window: Range<UInt32>, state: RawSpan) {}
  mutating func finish() { writer.finish() }
}
