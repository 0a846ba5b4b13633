import QtQuick
import QtQuick.Templates as T
import Soliloquy

// A tooltip: what a mark means, with its key.
T.ToolTip {
    id: control
    y: parent ? parent.height + 6 : 0
    x: parent ? Math.round((parent.width - width) / 2) : 0
    implicitWidth: Math.min(label.implicitWidth, 320) + 16
    implicitHeight: label.implicitHeight + 10
    margins: 8
    delay: 600
    timeout: 8000
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent | T.Popup.CloseOnReleaseOutsideParent
    contentItem: Text {
        id: label
        textFormat: Text.PlainText
        text: control.text
        font.family: Theme.fontFamily
        font.pixelSize: Theme.size12
        color: Theme.dark ? "#171614" : "#FCFBF9"
        wrapMode: Text.Wrap
        leftPadding: 8
        rightPadding: 8
        verticalAlignment: Text.AlignVCenter
    }
    background: Rectangle {
        radius: Theme.radius
        color: Theme.dark ? "#ECE9E3" : "#2B2A27"
    }
}
