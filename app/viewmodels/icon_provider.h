/// app/viewmodels/icon_provider.h: the stroke icons of resources/icons, drawn in any colour: "image://icons/NAME/RRGGBB".
#pragma once

#include <QQuickImageProvider>

namespace soliloquy {

class IconProvider : public QQuickImageProvider {
  public:
    IconProvider();
    QImage requestImage(const QString& id, QSize* size, const QSize& requested) override;
};

}  // namespace soliloquy
