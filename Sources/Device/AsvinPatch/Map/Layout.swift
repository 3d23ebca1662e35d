/// A part of an image, and its place in the address space of the device.
public struct Placement: Equatable, BitwiseCopyable, Sendable {
  /// Where it starts in the image.
  public var offset: UInt32 = 0
  /// Bytes.
  public var length: UInt32 = 0
  /// Address of its start.
  public var address: UInt32 = 0

  package init(offset: UInt32 = 0, length: UInt32 = 0, address: UInt32 = 0) {
    (self.offset, self.length, self.address) = (offset, length, address)
  }
}

/// A part of the old image, and its counterpart in the new one.
public struct Region: Equatable, BitwiseCopyable, Sendable {
  /// The places of both.
  public var old: Placement, new: Placement

  package init(old: Placement = Placement(), new: Placement = Placement()) { (self.old, self.new) = (old, new) }

  subscript(isNew: Bool) -> Placement { isNew ? new : old }
}

/// The regions of a patch, as far as they are known.
public struct Layout: BitwiseCopyable, Equatable, Sendable {
  /// The highest number of regions.
  public static var limit: Int { 8 }
  var regions: InlineArray<8, Region> = .init(repeating: Region())
  /// The number of regions.
  public internal(set) var count: Int {
    get { Int(truncatingIfNeeded: known) }
    set { known = UInt32(truncatingIfNeeded: newValue) }
  }
  /// 32 bits on every machine, so that a checkpoint has the same form everywhere.
  private var known: UInt32 = 0

  /// A layout without regions.
  public init() {}

  /// Whether the regions are the same.
  public static func == (one: Layout, other: Layout) -> Bool {
    guard one.count == other.count else { return false }
    for index in 0..<one.count where one.regions[index] != other.regions[index] { return false }
    return true
  }

  /// Adds a region; a ninth one is ignored.
  public mutating func append(_ region: Region) {
    guard count < Self.limit else { return }
    regions[count] = region
    count &+= 1
  }

  /// A region.
  public subscript(index: Int) -> Region { regions[index] }

  /// The offset in the old or new image of an address.
  public func offset(ofAddress address: UInt32, inNew isNew: Bool) -> UInt32? {
    unsafe withUnsafePointer(to: self) { unsafe RegionView($0).offset(ofAddress: address, inNew: isNew) }
  }
}
