/// The regions of a patch, read in place. A layout is too large to be copied to a device's stack at every word that may
/// be an address.
@safe
struct RegionView {
  private let layout: UnsafePointer<Layout>
  /// The regions are at the layout's start.
  private var regions: UnsafePointer<Region> { unsafe UnsafeRawPointer(layout).assumingMemoryBound(to: Region.self) }

  @unsafe
  init(_ layout: UnsafePointer<Layout>) { unsafe self.layout = layout }

  var count: Int { unsafe layout.pointee.count }

  /// The offset in the old or new image of an address.
  func offset(ofAddress address: UInt32, inNew isNew: Bool) -> UInt32? { other(of: address, isAddress: true, isNew) }

  /// The address of an offset in the old or new image, in the region that holds the offset or ends at it.
  func address(ofOffset offset: UInt32, inNew isNew: Bool) -> UInt32? { other(of: offset, isAddress: false, isNew) }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func other(of value: UInt32, isAddress: Bool, _ isNew: Bool) -> UInt32? {
    var index = 0
    while index < count {
      let part = unsafe regions[index][isNew]
      index &+= 1
      let distance = value &- (isAddress ? part.address : part.offset)
      if distance < part.length || distance == part.length && !isAddress {
        return distance &+ (isAddress ? part.offset : part.address)
      }
    }
    return nil
  }
}
