/// The regions of a patch where they stand in memory. A layout is too large to be copied to a device's stack at every
/// word that may be an address.
@safe
struct RegionView {
  private let layout: UnsafePointer<Layout>
  /// They stand at the layout's start.
  private var regions: UnsafePointer<Region> { unsafe UnsafeRawPointer(layout).assumingMemoryBound(to: Region.self) }

  @unsafe
  init(_ layout: UnsafePointer<Layout>) { unsafe self.layout = layout }

  var count: Int { unsafe layout.pointee.count }

  /// The offset in the old or new image of an address.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func offset(ofAddress address: UInt32, inNew isNew: Bool) -> UInt32? {
    var index = 0
    while index < count {
      let part = unsafe regions[index][isNew]
      index &+= 1
      if address &- part.address < part.length { return part.offset &+ (address &- part.address) }
    }
    return nil
  }

  /// The address of an offset in the old or new image: of the region that holds it or ends with it.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func address(ofOffset offset: UInt32, inNew isNew: Bool) -> UInt32? {
    var index = 0
    while index < count {
      let part = unsafe regions[index][isNew]
      index &+= 1
      if offset &- part.offset <= part.length { return part.address &+ (offset &- part.offset) }
    }
    return nil
  }
}
