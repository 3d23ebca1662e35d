import AsvinDeviceCommands

await DeviceProgram.run()
