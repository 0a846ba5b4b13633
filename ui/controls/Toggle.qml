import QtQuick
import QtQuick.Templates as T
import Soliloquy

T.Switch {
    id: control
    property string name
    implicitWidth: 36
    implicitHeight: 22
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    Accessible.name: control.name
    Accessible.onPressAction: { control.toggle(); control.toggled() }
    Accessible.onToggleAction: { control.toggle(); control.toggled() }
    indicator: Rectangle {
        width: 36
        height: 20
        y: 1
        radius: 10
        color: control.checked ? Theme.accent : Theme.lineStrong
        Rectangle {
            x: control.checked ? 18 : 2
            y: 2
            width: 16
            height: 16
            radius: 8
            color: Theme.dark && control.checked ? "#171614" : "#FFFFFF"
            Behavior on x { NumberAnimation { duration: Theme.quick; easing.type: Easing.OutCubic } }
        }
        FocusRing { shown: control.visualFocus; radius: 12 }
    }
}
