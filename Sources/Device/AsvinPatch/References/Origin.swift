/// The place from which a distance counts: the offset of its instruction plus `lead`, without the lowest `snap` bits,
/// plus `page` times 64 KiB. If `snap` is 32, the distance counts from 0.
struct Origin: BitwiseCopyable {
  var lead: Int8
  var snap: UInt8
  var page: Int8

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func at(_ offset: UInt32) -> UInt32 {
    let start = offset &+ UInt32(bitPattern: Int32(lead))
    return (snap == 32 ? 0 : start & (.max &<< UInt32(snap))) &+ UInt32(bitPattern: Int32(page)) << 16
  }
}
