import QtQuick
import Soliloquy

// Where the model writes.
Rectangle {
    property TextEdit view
    property bool shown: false
    readonly property rect place: shown && view ? (view.text, view.width, view.positionToRectangle(view.length)) : Qt.rect(0, 0, 0, 0)
    visible: shown
    x: place.x + 1
    y: place.y + place.height - height
    width: 2
    height: Math.round(18 * Theme.scale)
    color: Theme.accent
}
