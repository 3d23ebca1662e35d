import AsvinPatch
import AsvinVerifier

/// A patch that is being applied. It first collects the bytes of the header, and then runs the applier.
@safe
struct RunningPatch<Base: ByteStore, Output: PatchOutput>: ~Copyable {
  typealias Running = Applier<Base, Output>
  /// Bytes of the applier.
  static var roomBytes: Int { MemoryLayout<Running>.size }

  /// What the payload's manifest states that applying needs, aligned to 8.
  let memory: UnsafeMutableRawBufferPointer
  /// The memory of the applier. The applier is not a field, because it is large and would be copied with this
  /// structure.
  private let room: UnsafeMutableRawBufferPointer
  private(set) var isBegun = false
  private var bytes: InlineArray<12, UInt8> = .init(repeating: 0)
  /// Bytes of the header that have arrived.
  private(set) var count: UInt64 = 0

  @unsafe
  init(memory: UnsafeMutableRawBufferPointer, room: UnsafeMutableRawBufferPointer) {
    unsafe (self.memory, self.room) = (memory, room)
  }

  var applier: UnsafeMutablePointer<Running>? {
    isBegun ? unsafe room.baseAddress?.assumingMemoryBound(to: Running.self) : nil
  }

  /// Accepts bytes until the header is complete, and leaves the rest.
  ///
  /// - Returns: whether the header is complete.
  mutating func acceptHeader(_ rest: inout Span<UInt8>) -> Bool {
    while !rest.isEmpty {
      // If bit 2 of the second byte is set, the patch is in place, and its header has two more bytes.
      if count == 10, bytes[1] & 4 == 0 { return true }
      if count == 12 { return true }
      bytes[Int(truncatingIfNeeded: count)] = rest[0]
      count &+= 1
      rest = rest.extracting(droppingFirst: 1)
    }
    return count == 12 || count == 10 && bytes[1] & 4 == 0
  }

  /// The header that was accepted. Refuses a patch that needs more memory than there is.
  func header(isInPlace: Bool) throws(PatchError) -> PatchHeader {
    let header = try PatchHeader(bytes.span.extracting(first: Int(truncatingIfNeeded: count)))
    guard (header.inPlace != nil) == isInPlace, unsafe header.workspaceBytes <= memory.count,
      unsafe Self.roomBytes <= room.count
    else {
      throw PatchError(.unknownFormat, at: 1)
    }
    return header
  }

  /// Puts the applier into its place.
  mutating func begin(_ applier: consuming Running) {
    guard let place = unsafe room.baseAddress else { return }
    unsafe place.initializeMemory(as: Running.self, to: applier)
    isBegun = true
  }

  /// Forwards bytes of the patch to the applier.
  func push(_ bytes: Span<UInt8>) throws(PatchError) { try unsafe applier?.pointee.push(bytes) }

  /// Ends the patch.
  func finish() throws(PatchError) {
    guard let applier = unsafe applier else { throw PatchError(.truncated, at: count) }
    try unsafe applier.pointee.finish()
  }
}

/// Bytes of a region, as the applier reads its base.
package struct RegionBytes<Region: FlashRegion>: ByteStore {
  let region: Region
  package let count: UInt32
  package init(_ region: Region, count: UInt32) { (self.region, self.count) = (region, count) }
  package func byte(at offset: UInt32) -> UInt8 { region.byte(UInt64(offset)) }
}
