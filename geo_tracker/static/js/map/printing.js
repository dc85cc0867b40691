/* Two forms over the map: an A3 sheet as PDF, and a county or town as one HTML file.

   options.printing { sheet, export, places, author, title (with WHAT) }; places answers
   [{ code, name, towns: [{ code, name }] }]. Both addresses take theme, place (code, 'all', or
   empty for view: west,south,east,north), title, author; the sheet also names, projects,
   problems, formers. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});

  geoTracker.addMapPart(function (page) {
    const { options, texts } = page.config;
    if (!options.printing) return {};
    const add = (key, kind) => {
      let form = null;
      let isOn = false;
      const open = () => {
        if (!form) {
          form = new geoTracker.DocumentForm(page, kind);
          page.map.getContainer().appendChild(form.form);
        }
        if (isOn) form.open();
      };
      page.toolbar.addMode({
        key, text: kind.heading, title: kind.hint,
        onStart: () => {
          isOn = true;
          page.more().then(open).catch((error) => page.status.failed(error));
        },
        onStop: () => {
          isOn = false;
          if (form) form.close();
        },
      });
      page.events.on('themeshown', () => isOn && form && form.suggestTitle());
    };
    add('print', {
      action: options.printing.sheet, heading: texts.print_sheet, hint: texts.print_sheet_title,
      make: texts.print_make, hasView: true, isNewTab: true,
      boxes: [['names', texts.print_names, true], ['projects', texts.projects, false], ['problems', texts.open_problems, false], ['formers', texts.former_boundaries, false]],
    });
    add('export', {
      action: options.printing.export, heading: texts.export_page, hint: texts.export_page_title,
      make: texts.export_make, hasView: false, isNewTab: false, boxes: [],
    });
    return {};
  });
})();
