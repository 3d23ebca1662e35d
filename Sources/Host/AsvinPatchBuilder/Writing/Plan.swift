import AsvinPatch

/// All decisions about a patch before it is written.
struct Plan: Sendable {
  /// The covers in the new image's order. They do not overlap.
  var covers: [Cover]
  var settings: PatchSettings
  let profile: Profile
  var emphasis = Emphasis.references
  var inPlace: Windows.InPlace?
  /// The cost in bits; infinite until it is known.
  var bits = Double.infinity

  /// The order in which the windows are written.
  var order: [UInt32] = [0]

  /// The indices in ``covers`` of the covers that are sent first: the longest ones.
  var mapped: [Int] {
    covers.indices.filter { covers[$0].old < settings.oldSize }
      .sorted { (covers[$0].length, $1) > (covers[$1].length, $0) }
      .prefix(tables.covers).sorted()
  }

  var tables: Tables { Tables(profile, emphasis, isInPlace: inPlace != nil) }

  /// The windows in that order.
  var windows: [Range<UInt32>] {
    let windows = Windows(inPlace, size: settings.newSize)
    return order.map { windows[$0] }
  }
}
