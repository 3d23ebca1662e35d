/// Which part of a container becomes the image, where it holds more than one.
public struct ImageChoice: Equatable, Sendable {
  /// The chip or board: a number or a chip's name, as the user gives it.
  public var family: String?
  /// The chips that the board can have: they choose the family where the user does not.
  public var chips: [Chip] = []
  /// The addresses whose data becomes the image, cut to exactly these.
  public var range: AddressRange?
  /// The addresses of the slot: data that starts there is chosen where the user chooses no range.
  public var window: AddressRange?

  /// No choice.
  public init() {}
}
