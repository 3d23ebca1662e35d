/// What a patch says of its images before anything else: sizes, machine code, and where they stand in memory.
public struct PatchSettings: BitwiseCopyable, Sendable {
  /// Bytes of the base.
  public var oldSize: UInt32 = 0
  /// Bytes of the result.
  public var newSize: UInt32 = 0
  /// The machine code.
  public var set = InstructionSet.none
  /// The highest byte of addresses in RAM; 0 where none is said.
  public var memoryPage: UInt8 = 0
  /// Where parts of the images stand.
  public var layout = Layout()

  /// Settings of empty images.
  public init() {}

  /// Codes the settings.
  mutating func code<Coder: BitCoder & ~Copyable>(_ numbers: borrowing NumberModel, with coder: inout Coder) {
    oldSize = numbers.code(oldSize, with: &coder)
    if Self.bits(newSize == oldSize ? 1 : 0, 1, with: &coder) == 1 {
      newSize = oldSize
    } else {
      newSize = numbers.code(newSize, with: &coder)
    }
    set = InstructionSet(rawValue: UInt8(Self.bits(UInt32(set.rawValue), 3, with: &coder))) ?? .none
    if Self.bits(memoryPage == 0 ? 0 : 1, 1, with: &coder) == 1 {
      memoryPage = UInt8(Self.bits(UInt32(memoryPage), 8, with: &coder))
    }
    let count = Self.bits(UInt32(layout.count), 4, with: &coder)
    var coded = Layout()
    for index in 0..<Int(min(count, UInt32(Layout.limit))) {
      coded.append(region(layout[index], numbers, with: &coder))
    }
    layout = coded
  }

  private func region<Coder: BitCoder & ~Copyable>(
    _ region: Region, _ numbers: borrowing NumberModel, with coder: inout Coder
  ) -> Region {
    var region = region
    let isWhole = region == whole(region)
    region.oldAddress = Self.address(region.oldAddress, with: &coder)
    if Self.bits(isWhole ? 1 : 0, 1, with: &coder) == 1 { return whole(region) }
    region.newAddress = Self.address(region.newAddress, with: &coder)
    region.old = numbers.code(region.old, with: &coder)
    region.new = numbers.code(region.new, with: &coder)
    region.oldLength = numbers.code(region.oldLength, with: &coder)
    region.newLength = numbers.code(region.newLength, with: &coder)
    return region
  }

  /// The region of both whole images at the same address.
  private func whole(_ region: Region) -> Region {
    Region(
      old: 0, new: 0, oldLength: oldSize, newLength: newSize, oldAddress: region.oldAddress,
      newAddress: region.oldAddress)
  }

  /// An address: how many zeros it ends with, then what stands before them.
  private static func address<Coder: BitCoder & ~Copyable>(_ address: UInt32, with coder: inout Coder) -> UInt32 {
    let zeros = bits(min(UInt32(address.trailingZeroBitCount), 31), 5, with: &coder)
    return bits(address >> zeros, 32 &- zeros, with: &coder) << zeros
  }

  private static func bits<Coder: BitCoder & ~Copyable>(
    _ value: UInt32, _ count: UInt32, with coder: inout Coder
  ) -> UInt32 {
    var result: UInt32 = 0
    for place in 0..<count {
      result = result << 1 | coder.code(value >> (count &- 1 &- place) & 1, probability: 32_768)
    }
    return result
  }
}
