/// Facts about the images, at the start of a patch: sizes, instruction set, and places in memory.
public struct PatchSettings: BitwiseCopyable, Sendable {
  /// Bytes of the base.
  public var oldSize: UInt32 = 0
  /// Bytes of the result.
  public var newSize: UInt32 = 0
  /// The instruction set.
  public var set = InstructionSet.none
  /// The highest byte of addresses in RAM; 0 if it is not known.
  public var memoryPage: UInt8 = 0
  /// The places of parts of the images.
  public var layout = Layout()

  /// Settings of empty images.
  public init() {}

  /// The layout in settings, in place.
  @unsafe
  static func layout(in settings: UnsafeMutablePointer<PatchSettings>) -> UnsafePointer<Layout> {
    unsafe withUnsafeMutablePointer(to: &settings.pointee.layout) { unsafe UnsafePointer($0) }
  }

  /// Replaces a byte that is not an instruction set by the byte of `none`.
  @unsafe
  static func checkSet(in settings: UnsafeMutablePointer<PatchSettings>) {
    unsafe withUnsafeMutablePointer(to: &settings.pointee.set) { set in
      let byte = UnsafeMutableRawPointer(set)
      let value = unsafe byte.load(as: UInt8.self)
      if InstructionSet(rawValue: value) == nil { unsafe byte.storeBytes(of: 0, as: UInt8.self) }
    }
  }

  /// Codes the settings.
  ///
  /// - Returns: whether they are supported. They are not if the handler of the instruction set was left out, or if
  ///   there are too many regions.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func code<Coder: BitCoder & ~Copyable>(_ numbers: Numbers, with coder: inout Coder) -> Bool {
    oldSize = numbers.code(oldSize, .count, with: &coder)
    newSize = oldSize &+ numbers.difference(newSize &- oldSize, .shift, with: &coder)
    // Three bits, because each number is an instruction set.
    set =
      InstructionSet(rawValue: UInt8(truncatingIfNeeded: Self.bits(UInt32(set.rawValue), 3, numbers, with: &coder)))
      ?? .none
    memoryPage = UInt8(truncatingIfNeeded: numbers.code(UInt32(memoryPage), .count, with: &coder))
    let regions = numbers.code(UInt32(truncatingIfNeeded: layout.count), .count, with: &coder)
    guard set.isBuiltIn, regions <= UInt32(Layout.limit) else { return false }
    layout.count = Int(truncatingIfNeeded: regions)
    var previous = Region()
    for index in 0..<layout.count {
      code(&layout.regions[index], after: previous, numbers, with: &coder)
      previous = layout.regions[index]
    }
    return true
  }

  /// Codes a region. A region from the start of both images to their ends, at one address, needs only that address.
  private func code<Coder: BitCoder & ~Copyable>(
    _ region: inout Region, after previous: Region, _ numbers: Numbers, with coder: inout Coder
  ) {
    let start = Self.address(region.old.address, numbers, with: &coder)
    let whole = Region(
      old: .init(offset: 0, length: oldSize, address: start), new: .init(offset: 0, length: newSize, address: start))
    if numbers.even(region == whole ? 1 : 0, with: &coder) == 1 {
      region = whole
      return
    }
    func difference(_ value: inout UInt32, from expected: UInt32, _ coder: inout Coder) {
      value = expected &+ numbers.difference(value &- expected, .shift, with: &coder)
    }
    region.old.address = start
    difference(&region.old.offset, from: previous.old.offset &+ previous.old.length, &coder)
    difference(&region.old.length, from: 0, &coder)
    difference(&region.new.offset, from: previous.new.offset &+ previous.new.length, &coder)
    difference(&region.new.length, from: region.old.length, &coder)
    difference(&region.new.address, from: start, &coder)
  }

  /// Codes an address: the number of its trailing zeros, then the bits before them.
  private static func address<Coder: BitCoder & ~Copyable>(
    _ address: UInt32, _ numbers: Numbers, with coder: inout Coder
  ) -> UInt32 {
    let zeros = bits(min(UInt32(address.trailingZeroBitCount), 31), 5, numbers, with: &coder)
    return bits(address &>> zeros, 32 &- zeros, numbers, with: &coder) &<< zeros
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private static func bits<Coder: BitCoder & ~Copyable>(
    _ value: UInt32, _ count: UInt32, _ numbers: Numbers, with coder: inout Coder
  ) -> UInt32 {
    var result: UInt32 = 0
    for place in 0..<count {
      result = result << 1 | numbers.even(value &>> (count &- 1 &- place), with: &coder)
    }
    return result
  }
}
