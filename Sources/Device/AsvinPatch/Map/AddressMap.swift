/// A part of the new image that is a copy of the old one, but for single bytes.
public struct Cover: BitwiseCopyable, Equatable, Sendable {
  /// Where it starts in the new image.
  public var new: UInt32
  /// Where its source starts in the old image.
  public var old: UInt32
  /// Bytes.
  public var length: UInt32

  package init(new: UInt32, old: UInt32, length: UInt32) {
    self.new = new
    self.old = old
    self.length = length
  }

  /// Where it ends in the new image.
  public var end: UInt32 { new &+ length }

  /// The part of it that is in a window.
  public func clipped(to window: Range<UInt32>) -> Cover {
    let start = max(new, window.lowerBound)
    let end = min(self.end, window.upperBound)
    return Cover(new: start, old: old &+ (start &- new), length: end > start ? end &- start : 0)
  }

  /// The difference between an offset in the new image and its source in the old one.
  var shift: UInt32 { new &- old }
}

/// The longest covers, sent before the data. They show where parts of the old image have moved.
@safe
struct AddressMap {
  private let covers: UnsafeMutablePointer<Cover>
  private let byOld: UnsafeMutablePointer<UInt16>
  let capacity: Int
  /// The number of covers, and the number of those that are found by their source.
  private let counts: UnsafeMutablePointer<(covers: UInt32, sources: UInt32)>

  static func bytes(_ capacity: Int) -> Int { capacity * 14 + 8 + capacity % 2 * 2 }

  init(capacity: Int, in workspace: inout PatchWorkspace) {
    self.capacity = capacity
    unsafe covers = workspace.take(capacity, of: Cover.self)
    unsafe byOld = workspace.take(capacity, of: UInt16.self)
    unsafe counts = workspace.take(1, of: (covers: UInt32, sources: UInt32).self)
  }

  /// Bounds the entries, which come from flash and may have any value, so that each refers to a cover.
  func checkEntries() {
    for place in 0..<capacity { unsafe byOld[place] = min(byOld[place], UInt16(truncatingIfNeeded: capacity &- 1)) }
  }

  private(set) var count: Int {
    get { unsafe min(Int(truncatingIfNeeded: counts.pointee.covers), capacity) }
    nonmutating set { unsafe counts.pointee.covers = UInt32(truncatingIfNeeded: newValue) }
  }
  private var sources: Int {
    get { unsafe min(Int(truncatingIfNeeded: counts.pointee.sources), capacity) }
    nonmutating set { unsafe counts.pointee.sources = UInt32(truncatingIfNeeded: newValue) }
  }

  subscript(index: Int) -> Cover {
    precondition(index < count)
    return unsafe covers[index]
  }

  /// Adds a cover after the others.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func append(_ cover: Cover) {
    precondition(count < capacity)
    unsafe covers[count] = cover
    var place = count
    while place > 0, unsafe covers[Int(byOld[place &- 1])].old > cover.old {
      unsafe byOld[place] = byOld[place &- 1]
      place &-= 1
    }
    unsafe byOld[place] = UInt16(truncatingIfNeeded: count)
    count &+= 1
  }

  /// Ends the map. A cover whose source is inside the source of a longer one is not found by its source.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func finish() {
    var end: UInt32 = 0
    for place in 0..<count {
      let cover = unsafe covers[Int(byOld[place])]
      guard cover.old &+ cover.length > end else { continue }
      end = cover.old &+ cover.length
      if sources > 0, unsafe covers[Int(byOld[sources &- 1])].old == cover.old { sources &-= 1 }
      unsafe byOld[sources] = byOld[place]
      sources &+= 1
    }
  }

  /// The new place of an offset of the old image: by the cover that holds the offset, otherwise by the nearest cover.
  func projected(_ offset: UInt32) -> UInt32 {
    guard sources > 0 else { return offset }
    var (low, high) = (0, sources)
    while low < high {
      let middle = (low &+ high) >> 1
      if unsafe covers[Int(byOld[middle])].old <= offset { low = middle &+ 1 } else { high = middle }
    }
    guard low > 0 else { return unsafe offset &+ covers[Int(byOld[0])].shift }
    let before = unsafe covers[Int(byOld[low &- 1])]
    let beyond = offset &- before.old
    if beyond < before.length || low == sources { return offset &+ before.shift }
    let after = unsafe covers[Int(byOld[low])]
    return offset &+ (after.old &- offset <= beyond &- before.length ? after.shift : before.shift)
  }
}
