import QtQuick
import QtQuick.Templates as T
import Soliloquy

// What every button of the window shares: an accessible name and press, a focus ring, a hint.
T.AbstractButton {
    id: control
    property string name: text
    property string hint
    property int ring: Theme.radius

    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    implicitHeight: implicitContentHeight + topPadding + bottomPadding
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    opacity: enabled ? 1 : 0.45
    font.family: Theme.fontFamily
    font.pixelSize: Theme.size13

    Keys.onReturnPressed: control.clicked()
    Keys.onEnterPressed: control.clicked()
    Accessible.role: Accessible.Button
    Accessible.name: control.name
    Accessible.description: control.hint
    Accessible.focusable: true
    Accessible.ignored: !control.visible
    Accessible.onPressAction: if (control.enabled) control.clicked()

    HoverHandler { cursorShape: Qt.PointingHandCursor; enabled: control.enabled }
    Hint {
        text: control.hint
        visible: control.hint !== "" && control.hovered && !control.pressed
    }
    FocusRing {
        z: 2
        radius: control.ring + 2
        shown: control.visualFocus
    }
}
