public import AsvinManifest
import AsvinWire

/// How a device gets a component's image.
public enum PayloadChoice: Equatable, Sendable {
  /// The slot already holds it.
  case alreadyInstalled
  /// By the payload with this index in the component.
  case payload(Int)
}

extension Device {
  /// The payload for a component: a patch from the installed image, else the compressed image, else the image;
  /// `nil` where the device can use none.
  public func choice(for component: ComponentView) -> PayloadChoice? {
    var installed: InstalledImage?
    for index in self.installed.indices where self.installed[index].slot == component.slot {
      installed = self.installed[index]
    }
    if let installed, installed.size == component.size, installed.digest.matches(component.digest) {
      return .alreadyInstalled
    }
    var best: (rank: Int, index: Int)?
    var cursor = component.payloads
    var index = 0
    // A manifest that was read whole cannot fail here; if it did, the payloads after the defect would not count.
    while let payload = try? cursor.next() {  // see above
      if let rank = rank(payload, from: installed), rank < best?.rank ?? .max { best = (rank, index) }
      index &+= 1
    }
    guard let best else { return nil }
    return .payload(best.index)
  }

  /// 0 for a patch from the installed image, 1 for one from the empty base, 2 for the image; `nil` if unusable.
  private func rank(_ payload: PayloadView, from installed: InstalledImage?) -> Int? {
    guard let kind = payload.kind, (payload.features ?? 0) & ~features == 0 else { return nil }
    switch kind {
    case .image: return 2
    case .patch:
      guard payload.memory ?? 0 <= memory else { return nil }
      if payload.baseDigest.isEmpty { return 1 }
      guard let installed, payload.baseSize == installed.size, installed.digest.matches(payload.baseDigest) else {
        return nil
      }
      return 0
    }
  }
}
