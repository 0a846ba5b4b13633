import QtQuick
import QtQuick.Window
import Soliloquy

// One icon of the stroke set, drawn in the colour asked for.
Image {
    id: icon
    property string name
    property color color: Theme.muted
    property int size: 20

    width: size
    height: size
    sourceSize: Qt.size(size * Screen.devicePixelRatio, size * Screen.devicePixelRatio)
    source: name === "" ? "" : "image://icons/" + name + "/" + String(color).substring(1)
    Accessible.ignored: true
}
