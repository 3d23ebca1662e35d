/// Where parts of the images stand in the address space of the device, as far as that is known.
public struct Region: Equatable, BitwiseCopyable, Sendable {
  /// Offset in the old image, and in the new one.
  public var old: UInt32, new: UInt32
  /// Bytes of the region in either image.
  public var oldLength: UInt32, newLength: UInt32
  /// Address of the region's start, in the old and in the new image.
  public var oldAddress: UInt32, newAddress: UInt32

  /// A region of its parts.
  public init(
    old: UInt32, new: UInt32, oldLength: UInt32, newLength: UInt32, oldAddress: UInt32, newAddress: UInt32
  ) {
    (self.old, self.new, self.oldLength, self.newLength) = (old, new, oldLength, newLength)
    (self.oldAddress, self.newAddress) = (oldAddress, newAddress)
  }
}

/// The regions of a patch, at most eight.
public struct Layout: BitwiseCopyable, Sendable {
  /// How many regions there can be.
  public static var limit: Int { 8 }
  private var regions: InlineArray<8, Region>
  /// How many there are.
  public private(set) var count = 0

  /// A layout of which nothing is known.
  public init() {
    regions = .init(repeating: Region(old: 0, new: 0, oldLength: 0, newLength: 0, oldAddress: 0, newAddress: 0))
  }

  /// Adds a region; the ninth is left out.
  public mutating func append(_ region: Region) {
    guard count < Self.limit else { return }
    regions[count] = region
    count &+= 1
  }

  /// A region.
  public subscript(index: Int) -> Region { regions[index] }

  /// The offset in the old image of an address.
  public func oldOffset(ofAddress address: UInt32) -> UInt32? {
    for index in 0..<count where address &- regions[index].oldAddress < regions[index].oldLength {
      return regions[index].old &+ (address &- regions[index].oldAddress)
    }
    return nil
  }

  /// The offset in the new image of an address.
  public func newOffset(ofAddress address: UInt32) -> UInt32? {
    for index in 0..<count where address &- regions[index].newAddress < regions[index].newLength {
      return regions[index].new &+ (address &- regions[index].newAddress)
    }
    return nil
  }

  /// The address of an offset in the new image: of the region that holds it or ends with it.
  func newAddress(ofOffset offset: UInt32) -> UInt32? {
    for index in 0..<count where offset &- regions[index].new <= regions[index].newLength {
      return regions[index].newAddress &+ (offset &- regions[index].new)
    }
    return nil
  }

  func oldAddress(ofOffset offset: UInt32) -> UInt32? {
    for index in 0..<count where offset &- regions[index].old < regions[index].oldLength {
      return regions[index].oldAddress &+ (offset &- regions[index].old)
    }
    return nil
  }
}
