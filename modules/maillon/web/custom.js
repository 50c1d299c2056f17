/* Maillon over Tryton's web client: the browser's tab says where one is. */
document.title = 'Maillon';
